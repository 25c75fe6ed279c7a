"""The proxy of the fault tests does what its commands say."""
import socket
import threading
import time

import pytest

from tests.support.fault_proxy import FaultProxy


class Echo:
    """A server that sends back what it gets."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            while True:
                threading.Thread(target=self.echo, args=self.listener.accept()[:1],
                                 daemon=True).start()
        except OSError:
            pass  # closed: the test is over

    def echo(self, connection):
        with connection:
            try:
                while data := connection.recv(4096):
                    connection.sendall(data)
                connection.sendall(b"end")
            except OSError:
                pass  # cut by the proxy


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.listener.close()


@pytest.fixture
def proxy(echo):
    made = FaultProxy(echo.port)
    yield made
    made.kill()


@pytest.fixture
def client(proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
        yield connection


def test_passes_and_counts(proxy, client):
    assert proxy.counts() == {"connections": 1, "open": 1, "up": 5, "down": 5, "garbled": 0}


def test_stalls_one_way_until_told_to_pass(proxy, client):
    proxy.do("stall down")
    client.sendall(b"1")
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.recv(1)
    assert proxy.counts()["up"] == 6
    proxy.do("pass")
    client.settimeout(5)
    assert client.recv(1) == b"1"


@pytest.mark.parametrize("fault", ["delay 150", "limit 20"])
def test_slows_down(proxy, client, fault):
    proxy.do(fault)
    begin = time.monotonic()
    for _ in range(2):
        client.sendall(b"12345")
        assert client.recv(100) == b"12345"
    assert time.monotonic() - begin >= 0.25  # 2 x 150 ms and more, or 5 bytes of 20 a second


def test_garbles_at_its_rate_and_repeatably(proxy, client):
    seen = []
    for _ in range(2):
        proxy.do("garble 100 7 up")
        client.sendall(bytes(4_000))
        seen.append(read(client, 4_000))
    assert seen[0] == seen[1]
    assert 10 < sum(byte != 0 for byte in seen[0]) < 100
    assert proxy.counts()["garbled"] == 2 * sum(byte != 0 for byte in seen[0])


def read(connection, size):
    data = b""
    while len(data) < size:
        data += connection.recv(size - len(data))
    return data


def test_cuts_with_a_reset(proxy, client):
    proxy.do("cut")
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_cuts_after_some_bytes(proxy, client):
    proxy.do("cut-after 3 down")
    client.sendall(b"12345")
    received = b""
    with pytest.raises(ConnectionResetError):
        while True:
            received += client.recv(1)
    assert proxy.counts()["down"] == 5 + 3 and b"123".startswith(received)


def test_half_closes_up(proxy, client):
    proxy.do("half-close up")
    assert client.recv(100) == b"end", "the server has seen the end, and its answer arrives"


def test_refuses_and_accepts_again(proxy, client):
    proxy.do("refuse")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    client.sendall(b"1")
    assert client.recv(1) == b"1", "what is there stays"
    proxy.do("pass")
    socket.create_connection(("127.0.0.1", proxy.port), timeout=5).close()


def test_leads_to_another_server(proxy, client):
    other = Echo()
    proxy.lead_to(other.port)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as again:
        again.sendall(b"x")
        assert again.recv(1) == b"x"
    other.listener.close()


def test_says_what_is_wrong_with_a_command(proxy):
    for command in ("delay", "stall sideways", "cut-after 5", "explode"):
        with pytest.raises(AssertionError, match=command.split()[0]):
            proxy.do(command)
