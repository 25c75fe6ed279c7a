"""waymark-loadtest against servers whose behaviour is known."""
import http.server
import json
import signal
import ssl
import subprocess
import threading

from tests.support.programs import BIN, free_port, is_listening, wait_until

PROGRAM = BIN / "waymark-loadtest"


class Run:
    """A finished or running `waymark-loadtest run`."""

    def __init__(self, folder, *words):
        self.file = folder / "result.json"
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--json", self.file, *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait(self, seconds=60):
        self.output, self.errors = self.process.communicate(timeout=seconds)
        self.code = self.process.returncode
        self.result = json.loads(self.file.read_text()) if self.file.exists() else None
        return self

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)


def run(folder, *words):
    return Run(folder, *words).wait()


class Durations:
    """A histogram of a result, in milliseconds (loadtest/kit/histogram.hpp)."""

    def __init__(self, histogram):
        self.buckets = [(lowest_ns(index) / 1e6, lowest_ns(index + 1) / 1e6, count)
                        for index, count in histogram["buckets"]]
        self.count = sum(count for *_, count in self.buckets)

    def at(self, quantile):
        """The middle of the bucket that holds it."""
        left = quantile * self.count
        for low, high, count in self.buckets:
            left -= count
            if left <= 0:
                return (low + high) / 2
        raise AssertionError("an empty histogram")

    def share_above(self, ms):
        return sum(count for low, _, count in self.buckets if low >= ms) / self.count


def lowest_ns(index):
    if index < 256:
        return index
    shift = index // 128 - 1
    return (index - shift * 128) << shift


class DelayedAnswers:
    """Answers each request a fixed time after it has come."""

    def __init__(self, microseconds):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/try"
        self.process = subprocess.Popen(
            [BIN / "waymark-delayed-answers", str(self.port), str(microseconds)])
        wait_until(lambda: is_listening(self.port), "the delayed answers listen")

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        self.process.kill()
        self.process.wait()


class Paths(http.server.ThreadingHTTPServer):
    """Answers by path, each in its own way of framing; notes the requests."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, certificate=None, key=None):
        super().__init__(("127.0.0.1", 0), PathHandler)
        self.seen = []
        self.connections = 0
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.socket = context.wrap_socket(self.socket, server_side=True,
                                              do_handshake_on_connect=False)
            scheme = "https"
        self.url = f"{scheme}://localhost:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self.thread.start()

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """Clients that go away are no news."""

    def close(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


class PathHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece

    def do_GET(self):  # noqa: N802
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        kind = self.path.split("?")[0].strip("/")
        if kind.isdigit():
            self.answer(int(kind), ("Content-Length", "0"))
        elif kind == "chunked":
            self.answer(200, ("Transfer-Encoding", "chunked"),
                        body=b"5\r\nhello\r\n3;x=1\r\nyou\r\n0\r\nTrailer: 1\r\n\r\n")
        elif kind == "until-close":
            self.answer(200, ("Connection", "close"), body=b"all there is")
        elif kind == "cut":
            self.answer(200, ("Content-Length", "100"), ("Connection", "close"), body=b"not 100")
        elif kind == "silent":
            threading.Event().wait(3)
            self.close_connection = True
        elif kind == "nonsense":
            self.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
            self.close_connection = True
        else:
            self.answer(302, ("Location", "https://example.com/"), ("Content-Length", "0"),
                        ("Set-Cookie", f"visit={len(self.server.seen)}; Path=/"))

    do_HEAD = do_GET  # noqa: N815

    def answer(self, status, *fields, body=b""):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: the test reads `seen`."""
