"""HTTP over a raw socket: what was sent and what came back, byte for byte."""
import dataclasses
import fcntl
import socket
import termios
import time

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                  "Chrome/126.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.9",
}


def by_line(data):
    """Pieces that end with a line each, as some senders write them."""
    return data.splitlines(keepends=True)


def by_byte(data):
    return [data[at:at + 1] for at in range(len(data))]


def send_apart(sock, pieces, pieces_max=10_000):
    """Sends each piece when the one before has been read: the server sees them one by one, but for
    the odd one where it was held up within its call. `sock` is a Unix socket: there alone the
    kernel tells what the other side has not read yet (unix(7)), while TCP joins what waits. Past
    `pieces_max` the rest goes out at once."""
    assert sock.family == socket.AF_UNIX
    for piece in pieces[:pieces_max]:
        sock.sendall(piece)
        await_read(sock)
    sock.sendall(b"".join(pieces[pieces_max:]))


def await_read(sock, seconds_max=5.0):
    end = time.monotonic() + seconds_max
    while fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4) != b"\0" * 4:
        if time.monotonic() > end:
            raise TimeoutError("the other side reads nothing")
    # The call that has freed the last byte looks once more for others before it returns.
    returns = time.perf_counter() + 20e-6
    while time.perf_counter() < returns:
        pass


def closed_while_trickling(sock, data, seconds_between, seconds_max):
    """Sends byte after byte; true when the peer ends the connection within the time."""
    end = time.monotonic() + seconds_max
    sock.settimeout(seconds_between)
    for byte in by_byte(data):
        if time.monotonic() > end:
            return False
        try:
            sock.sendall(byte)
            if sock.recv(1) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


class Incomplete(Exception):
    """The connection ended before the answer was complete."""


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict  # lower-case names; of Set-Cookie the last
    body: bytes
    set_cookies: list

    def click_token(self):
        """The wm_click of Location, or None."""
        location = self.headers.get("location", "")
        for part in location.partition("#")[0].partition("?")[2].split("&"):
            if part.startswith("wm_click="):
                return part[len("wm_click="):]
        return None

    def cookie(self):
        """The value of wm_ref, or None."""
        for line in self.set_cookies:
            if line.startswith("wm_ref="):
                return line[len("wm_ref="):].partition(";")[0]
        return None


def connect(place, seconds_max=5.0, host="127.0.0.1"):
    """To a port, or to the path of a Unix socket."""
    if isinstance(place, int):
        sock = socket.create_connection((host, place), timeout=seconds_max)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(seconds_max)
    sock.connect(str(place))
    return sock


class Connection:
    """A keep-alive connection."""

    def __init__(self, place, seconds_max=5.0):
        """To a port of 127.0.0.1 or the path of a Unix socket, or over a connected socket."""
        self._socket = place if isinstance(place, socket.socket) else connect(place, seconds_max)
        self._file = self._socket.makefile("rb")

    def close(self):
        self._file.close()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self._socket.sendall(data)

    def send_apart(self, pieces):
        send_apart(self._socket, pieces)

    def closed_by_peer(self):
        """Waits for the end of the stream."""
        try:
            return self._file.read(1) == b""
        except ConnectionError:
            return True

    def read_to_end(self):
        """Everything until the peer closes."""
        return self._file.read()

    def request(self, method, target, headers=None, body=b""):
        lines = [f"{method} {target} HTTP/1.1"]
        headers = dict(headers or {})
        headers.setdefault("Host", "go.example")
        if body:
            headers["Content-Length"] = str(len(body))
        lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        return self.read_answer(method)

    def last_answer(self, target, requests_max=10_000):
        """Asks until the server says that it closes: each of its threads hears of the end in its
        own time."""
        for _ in range(requests_max):
            answer = self.request("GET", target, BROWSER)
            if answer.headers.get("connection") == "close":
                return answer
        raise AssertionError("the connection goes on and on")

    def read_answer(self, method="GET"):
        line = self._line()
        parts = line.split(" ", 2)
        if not line.startswith("HTTP/1.") or len(parts) < 2:
            raise Incomplete(f"not a status line: {line!r}")
        status, headers, cookies = int(parts[1]), {}, []
        while line := self._line():
            name, _, value = line.partition(":")
            name = name.lower()
            assert name not in headers or name == "set-cookie", f"{name} stands twice"
            headers[name] = value.strip()
            if name == "set-cookie":
                cookies.append(value.strip())
        size = int(headers.get("content-length", "0"))
        body = b""
        if method != "HEAD" and size:
            body = self._file.read(size)
            if len(body) < size:
                raise Incomplete("body was cut")
        return Answer(status, headers, body, cookies)

    def _line(self):
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise Incomplete(f"connection ended after {line!r}")
        return line[:-2].decode("latin-1")


def get(port, target, headers=None, method="GET", body=b""):
    """One request on a connection of its own, with a browser's headers unless given."""
    with Connection(port) as connection:
        return connection.request(method, target, BROWSER if headers is None else headers, body)
