"""One connection: a case's bytes out, a clean request behind them, everything that comes back."""
import dataclasses
import os
import re
import socket

from tests.support.rawhttp import by_byte, by_line, connect, send_apart

SENTINEL = b"GET /sentinel HTTP/1.1\r\nHost: go.example\r\n\r\n"
SENTINEL_PAGE = "https://sentinel.example/"
PIECES = {"by_line": by_line, "by_byte": by_byte}
MANNERS = ["whole", *PIECES]


@dataclasses.dataclass
class Reply:
    status: int
    fields: list  # (lower-case name, value)
    body: bytes

    def field(self, name):
        return next((value for other, value in self.fields if other == name), None)

    def is_to_sentinel(self):
        return (self.field("location") or "").startswith(SENTINEL_PAGE)


@dataclasses.dataclass
class Exchange:
    replies: list
    rest: bytes   # what came behind the last answer and is none
    ended: bool   # by the server


def split_replies(data, methods):
    """The answers in `data`, and what is left of it."""
    replies = []
    while True:
        match = re.match(rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n", data)
        if not match:
            return replies, data
        fields = [tuple(part.strip() for part in line.decode("latin-1").split(":", 1))
                  for line in match[2].splitlines()]
        reply = Reply(int(match[1]), [(name.lower(), value) for name, value in fields], b"")
        method = methods[len(replies)] if len(replies) < len(methods) else b"GET"
        size = int(reply.field("content-length") or 0)
        if method == b"HEAD" or reply.status < 200 or reply.status in (204, 304):
            size = 0
        reply.body = data[match.end():match.end() + size]
        replies.append(reply)
        data = data[match.end() + size:]


def end_sending(peer):
    """Also below TLS, whose own end Python cannot send without reading."""
    with socket.socket(fileno=os.dup(peer.fileno())) as transport:
        transport.shutdown(socket.SHUT_WR)


def exchange(server, case, manner, seconds_max=5.0, patient=True):
    """What the server makes of a case: whole over TCP, in pieces over its Unix socket, where each
    is sent when the one before has been read."""
    with connect(server.port if manner == "whole" else server.socket, seconds_max) as peer:
        return exchange_over(peer, case, manner, patient)


def exchange_over(peer, case, manner, patient=True):
    """An `alone` case has nothing behind it; after all others comes a clean request, which only an
    open connection may answer. With `patient` a server that has to end the connection has to do so
    by itself."""
    data = case.bytes if case.end == "alone" else case.bytes + SENTINEL
    try:
        if manner == "whole":
            peer.sendall(data)
        else:
            send_apart(peer, PIECES[manner](data))
        if case.end != "close" or not patient:
            end_sending(peer)
    except OSError:
        pass  # refused while it was being sent
    received, ended = b"", False
    try:
        while part := peer.recv(65536):
            received += part
        ended = True
    except TimeoutError:
        pass
    except OSError:  # reset
        ended = True
    methods = [b"HEAD"] if case.bytes.startswith(b"HEAD ") else []
    return Exchange(*split_replies(received, methods), ended)
