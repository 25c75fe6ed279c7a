"""The pieces of a case are what the server sees: without that, `by_byte` says little."""
import socket
import threading
import time

from tests.support.rawhttp import by_byte, send_apart


def read_all(sock, sizes):
    while part := sock.recv(4096):
        sizes.append(len(part))
        time.sleep(0.001)  # a busy server: whatever else is sent meanwhile comes with the next


def test_pieces_arrive_apart():
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    sizes = []
    reader = threading.Thread(target=read_all, args=(theirs, sizes))
    reader.start()
    with theirs:
        with ours:
            send_apart(ours, by_byte(b"GET /try HTTP/1.1\r\n\r\n"))
        reader.join()
    assert sum(sizes) == 21
    # Now and then the reader is held up within its call, and takes up the next piece in the same.
    assert sizes.count(1) >= 17, sizes
