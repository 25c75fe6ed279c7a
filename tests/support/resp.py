"""A tiny Redis client: commands in, replies out, over TCP."""
import socket


class RedisError(Exception):
    """An error reply."""


def encode(words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


class Hashes:
    """Hashes as dictionaries, for whatever has `command()`."""

    def hset(self, key, **fields):
        pairs = [part for pair in fields.items() for part in pair]
        return self.command("HSET", key, *pairs)

    def hgetall(self, key):
        flat = self.command("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))


class Redis(Hashes):
    def __init__(self, port, seconds_max=5.0):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=seconds_max)
        self._file = self._socket.makefile("rb")

    def close(self):
        self._file.close()
        self._socket.close()

    def command(self, *words):
        """Sends one command. Raises RedisError for an error reply."""
        self._socket.sendall(encode(words))
        return self._reply()

    def pipeline(self, commands, at_once=1_000):
        """Sends many commands; raises RedisError when one of them fails."""
        for begin in range(0, len(commands), at_once):
            part = commands[begin:begin + at_once]
            self._socket.sendall(b"".join(map(encode, part)))
            for _ in part:
                self._reply()

    def _reply(self):
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self._file.read(size + 2)[:-2].decode()
        if kind == b"*":
            count = int(rest)
            return None if count < 0 else [self._reply() for _ in range(count)]
        raise ConnectionError(f"not RESP: {line!r}")
