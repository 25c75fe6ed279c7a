"""The request mix of loadtest/mix: written by its program, read back, and sent."""
import dataclasses
import subprocess

from tests.support.programs import BIN
from tests.support.rawhttp import Connection


@dataclasses.dataclass
class MixRequest:
    bytes: bytes
    status: int  # that the edge should answer; 0: the mix does not say
    kind: str

    @property
    def method(self):
        return self.bytes.partition(b" ")[0].decode()

    def has_line(self, line):
        return b"\r\n" + line + b"\r\n" in self.bytes


class Mix:
    """Cookies are signed with the keys given."""

    def __init__(self, folder, keys, count=10_000):
        program = BIN / "waymark-mix"
        assert program.exists(), f"{program} is missing: build it first"
        subprocess.run([program, "--out", folder, "--keys", keys, "--count", str(count)],
                       check=True)
        self.requests = list(read_requests((folder / "requests.mix").read_bytes()))
        self.commands = [line.split() for line in
                         (folder / "links.redis").read_text().splitlines()]

    def load_links(self, redis):
        redis.pipeline(self.commands)

    def campaigns_with(self, field, value):
        """Campaigns whose record holds that value."""
        prefix = "wm:campaign:"
        return {key[len(prefix):] for _, key, *fields in self.commands
                if key.startswith(prefix) and dict(zip(fields[::2], fields[1::2])).get(field)
                == value}


def read_requests(data):
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        size, status, kind = data[at:end].decode().split()
        at = end + 1 + int(size)
        yield MixRequest(data[end + 1:at], int(status), kind)


class Replay:
    """Sends requests in turn over some keep-alive connections, so that every thread gets some."""

    def __init__(self, place, connections=4):
        """To a port, or to the path of a Unix socket, which sending pieces needs."""
        self._place = place
        self._connections = [None] * connections
        self._turn = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self._connections:
            if connection is not None:
                connection.close()

    def send(self, request, pieces=None):
        """Returns the answer; `pieces` cuts the bytes into those that the server sees at once."""
        self._turn = (self._turn + 1) % len(self._connections)
        connection = self._connections[self._turn] or Connection(self._place)
        if pieces:
            connection.send_apart(pieces(request.bytes))
        else:
            connection.send(request.bytes)
        answer = connection.read_answer(request.method)
        if answer.headers.get("connection") == "close":
            connection.close()
            connection = None
        self._connections[self._turn] = connection
        return answer
