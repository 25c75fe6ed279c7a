"""HTTP/1.1 from outside (RFC 9110 and 9112): broken requests, and the life of connections."""
import os
import pathlib
import resource
import socket
import time

import pytest

from tests.support.invariants import assert_all_stored_once
from tests.support.programs import wait_until
from tests.support.rawhttp import Connection, Incomplete, by_byte, by_line

GOOD = b"GET /try HTTP/1.1\r\nHost: a\r\n\r\n"


def whole(data):
    return [data]


def fields(*lines):
    return b"GET / HTTP/1.1\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def request_line(line):
    return line + b"\r\nHost: a\r\n\r\n"


# The rows of tests/unit/redirect/request_parser_test.cpp.
BROKEN = {
    "no host": (fields(), 400),
    "two hosts": (fields(b"Host: a", b"Host: b"), 400),
    "same host twice": (fields(b"Host: a", b"Host: a"), 400),
    "empty host": (fields(b"Host:"), 400),
    "host with a path": (fields(b"Host: a/b"), 400),
    "host with user info": (fields(b"Host: u@a"), 400),
    "host with a bad port": (fields(b"Host: a:8x"), 400),
    "host with a space": (fields(b"Host: a b"), 400),
    "folded host": (fields(b"Host: a", b" b"), 400),
    "folded field": (fields(b"Host: a", b"X: 1", b"\t2"), 400),
    "space before the colon": (fields(b"Host : a"), 400),
    "field without a colon": (fields(b"Host: a", b"nonsense"), 400),
    "NUL in a value": (fields(b"Host: a", b"X: \0"), 400),
    "bare carriage return": (fields(b"Host: a", b"X: a\rb"), 400),
    "bare line feeds": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "fragment in the target": (request_line(b"GET /a#b HTTP/1.1"), 400),
    "raw bytes in the target": (request_line(b"GET /\xc3\xa4 HTTP/1.1"), 400),
    "asterisk-form": (request_line(b"GET * HTTP/1.1"), 400),
    "authority-form": (request_line(b"GET a:80 HTTP/1.1"), 400),
    "target without a slash": (request_line(b"GET anna7 HTTP/1.1"), 400),
    "other scheme": (request_line(b"GET ftp://a/b HTTP/1.1"), 400),
    "no authority": (request_line(b"GET http:///b HTTP/1.1"), 400),
    "two spaces": (request_line(b"GET  / HTTP/1.1"), 400),
    "no version": (request_line(b"GET /"), 400),
    "lower-case version": (request_line(b"GET / http/1.1"), 400),
    "HTTP/2.0": (request_line(b"GET / HTTP/2.0"), 505),
    "HTTP/11": (request_line(b"GET / HTTP/11"), 400),
    "length that is no number": (fields(b"Host: a", b"Content-Length: 1a"), 400),
    "two lengths": (fields(b"Host: a", b"Content-Length: 0", b"Content-Length: 5"), 400),
    "content": (fields(b"Host: a", b"Content-Length: 5") + b"hello", 413),
    "chunks": (fields(b"Host: a", b"Transfer-Encoding: chunked") + b"0\r\n\r\n", 413),
    "smuggled coding": (fields(b"Host: a", b"Transfer-Encoding: xchunked") + GOOD, 400),
    "header too large": (fields(b"Host: a", b"X: " + b"a" * 9_000), 431),
    "target too long": (request_line(b"GET /" + b"a" * 9_000 + b" HTTP/1.1"), 414),
}


@pytest.fixture
def system_with_socket(make_system):
    return make_system(socket=True).start().with_link()


def assert_refused(edge, request, status, pieces):
    with Connection(edge.socket) as connection:
        connection.send_apart(pieces(request))
        answer = connection.read_answer()
        assert answer.status == status
        assert answer.headers["connection"] == "close"
        assert connection.closed_by_peer()  # and nothing more was answered


@pytest.mark.parametrize("pieces", [whole, by_line, by_byte])
def test_broken_requests_are_refused_and_closed(system_with_socket, pieces):
    edge = system_with_socket.edge
    for what, (request, status) in BROKEN.items():
        try:
            assert_refused(edge, request, status, pieces)
        except (AssertionError, OSError, Incomplete) as error:
            raise AssertionError(f"{what}: {error!r}") from error
    assert edge.get("/try").status == 302


def test_the_answer_arrives_though_content_keeps_coming(system):
    """Closing with unread bytes would reset the connection, and the answer with it."""
    with Connection(system.edge.port) as connection:
        connection.send(b"PUT /try HTTP/1.1\r\nHost: a\r\nContent-Length: 150000\r\n\r\n")
        for _ in range(150):
            connection.send(b"x" * 1_000)
        answer = connection.read_answer()
        assert answer.status == 405 and answer.headers["connection"] == "close"
        assert connection.closed_by_peer()


def test_ordinary_refusals_keep_the_connection(system):
    system.add_link("paused", status="paused")
    system.edge.warm("/try")
    with Connection(system.edge.port) as connection:
        for method, target, status in [("GET", "/unknown", 404), ("POST", "/try", 405),
                                       ("GET", "/paused", 410), ("GET", "/tr%20y", 404)]:
            answer = connection.request(method, target)
            assert answer.status == status and "connection" not in answer.headers
        system.redis.kill()
        answer = connection.request("GET", "/nobody-asked-before")
        assert answer.status == 503 and "connection" not in answer.headers
        assert connection.request("GET", "/try").status == 302


@pytest.mark.parametrize("request_bytes", [
    b"GET /try HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /try HTTP/1.1\r\nHost: a\r\nConnection: te, Close\r\n\r\n",
    b"GET /try HTTP/1.0\r\nHost: a\r\n\r\n",
    b"GET /try HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
    b"GET /try HTTP/1.0\r\n\r\n"])
def test_the_last_request_of_a_connection(system, request_bytes):
    with Connection(system.edge.port) as connection:
        connection.send(request_bytes + GOOD)  # what follows the last one is not answered
        answer = connection.read_answer()
        assert answer.status == 302 and answer.headers["connection"] == "close"
        assert connection.closed_by_peer()


def test_a_hundred_requests_at_once(system):
    """The first waits for Redis; the answers come in the order of the requests all the same."""
    system.add_link("other", destination="https://shop.example/other")
    targets = ["/other", "/try", "/unknown", "/try?x=1"] * 25
    with Connection(system.edge.port) as connection:
        connection.send(b"".join(b"GET %s HTTP/1.1\r\nHost: a\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
                                 % target.encode() for target in targets))
        answers = [connection.read_answer() for _ in targets]
    pages = {"/other": "https://shop.example/other?", "/unknown": None,
             "/try": "https://shop.example/welcome?wm_click",
             "/try?x=1": "https://shop.example/welcome?x=1"}
    for target, answer in zip(targets, answers):
        if pages[target] is None:
            assert answer.status == 404
        else:
            assert answer.headers["location"].startswith(pages[target])
    tokens = [answer.click_token() for answer in answers if answer.status == 302]
    assert len(tokens) == 75
    assert_all_stored_once(system, tokens)


def edge_with(make_system, *settings):
    system = make_system(edge_settings=settings).start()
    system.add_link("try")
    return system.edge


def expired(edge, deadline):
    return edge.metric(f'waymark_connections_expired_total{{deadline="{deadline}"}}')


def test_a_header_has_an_absolute_deadline(make_system):
    """However steadily its bytes trickle in."""
    edge = edge_with(make_system, "header.deadline=300ms")
    with Connection(edge.port) as connection:
        assert connection.request("GET", "/try").status == 302
        connection.send(b"GET /try HTTP/1.1\r\nHost: a\r\nX: ")

        def refuses_more():
            try:
                connection.send(b"x")
            except OSError:
                return True
            time.sleep(0.02)
            return False

        wait_until(refuses_more, "the edge closes", 10.0)
    assert expired(edge, "header") == 1


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
def test_a_connection_that_never_asks_is_closed(make_system, sent):
    """It is no keep-alive connection: many of them are an attack."""
    edge = edge_with(make_system, "header.deadline=300ms")
    with Connection(edge.port) as connection:
        connection.send(sent)
        assert connection.closed_by_peer()
    assert expired(edge, "header") == 1 and expired(edge, "idle") == 0


def test_an_idle_connection_is_closed(make_system):
    edge = edge_with(make_system, "idle.deadline=300ms")
    with Connection(edge.port) as connection:
        assert connection.request("GET", "/try").status == 302
        assert connection.closed_by_peer()
    assert expired(edge, "idle") == 1


def unread_in_kernel(port):
    """Bytes that wait in the kernel to be read by those who are connected to the port."""
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return [int(each[4].partition(":")[0], 16) for each in fields
            if int(each[1].partition(":")[2], 16) == port]


def test_a_reader_that_does_not_read_holds_little_memory(make_system):
    """The kernel lets the buffer of a connection grow to megabytes unless it is told otherwise."""
    edge = edge_with(make_system, "write.deadline=30s")
    edge.warm("/try")
    with socket.create_connection(("127.0.0.1", edge.port), timeout=0.5) as sock:
        with pytest.raises(TimeoutError):
            for _ in range(1_000):
                sock.sendall(GOOD * 1_000)
        unread = max(unread_in_kernel(edge.port))
    assert 0 < unread <= 256 * 1024, f"{unread} bytes"


def test_a_reader_that_does_not_read_is_closed(make_system):
    edge = edge_with(make_system, "write.deadline=300ms")
    with socket.create_connection(("127.0.0.1", edge.port), timeout=0.1) as sock:
        def cannot_send():
            try:
                sock.sendall(GOOD * 1_000)
            except TimeoutError:
                pass  # the edge reads no further while its answers wait
            except OSError:
                return True
            return False
        wait_until(cannot_send, "the edge closes", 20.0)
    assert expired(edge, "write") == 1
    assert edge.get("/try").status == 302


def test_connections_are_limited(make_system):
    edge = edge_with(make_system, "connections.max=8", "threads=1")
    wait_until(lambda: edge.metric("waymark_connections") == 0, "nobody is connected")
    held = [Connection(edge.port) for _ in range(8)]
    for connection in held:
        assert connection.request("GET", "/try").status == 302
    with Connection(edge.port) as refused:  # within a second: none of them has been silent
        assert refused.closed_by_peer()
    assert edge.metric("waymark_connections_refused_total") == 1
    held.pop().close()
    wait_until(lambda: answers(edge), "there is room again")
    for connection in held:
        assert connection.request("GET", "/try").status == 302
        connection.close()


def test_a_full_edge_lets_silent_connections_go(make_system):
    """Somebody who takes all connections and says nothing keeps nobody out."""
    edge = edge_with(make_system, "connections.max=8", "threads=1")
    edge.warm("/try")
    wait_until(lambda: edge.metric("waymark_connections") == 0, "nobody is connected")
    held = [Connection(edge.port) for _ in range(8)]
    for connection in held[:2]:
        assert connection.request("GET", "/try").status == 302
    for connection in held[2:4]:
        connection.send(GOOD[:20])
    time.sleep(1.3)
    visitors = [Connection(edge.port) for _ in range(8)]
    for visitor in visitors:
        assert visitor.request("GET", "/try").status == 302
    assert edge.metric("waymark_connections_given_up_total") == 8
    assert edge.metric("waymark_connections_refused_total") == 0
    assert all(connection.closed_by_peer() for connection in held)
    with Connection(edge.port) as one_too_many:
        assert one_too_many.closed_by_peer(), "who is served is not turned out"
    for visitor in visitors:
        assert visitor.request("GET", "/try").status == 302
        visitor.close()


def answers(edge):
    try:
        return edge.get("/try").status == 302
    except (OSError, Incomplete):
        return False


def limited_to(edge, descriptors):
    """The edge, started with so many descriptors and no more."""
    edge.command = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh", *edge.command]
    return edge


def test_connections_leave_the_edge_the_descriptors_it_needs(make_system):
    """Else whoever holds them all keeps it from Redis and from its journal."""
    system = make_system(edge_settings=["threads=1"])
    edge = limited_to(system.edge, 200)
    system.start()
    system.add_link("try")
    edge.warm("/try")
    held = [Connection(edge.port) for _ in range(150)]
    wait_until(lambda: edge.metric("waymark_connections_refused_total") > 0, "some are too many")
    wait_until(lambda: 50 < edge.metric("waymark_connections") < 150, "the others are inside")
    system.redis.kill()
    wait_until(lambda: edge.metric("waymark_redis_links_up") == 0, "Redis is away")
    system.redis.start()
    system.add_link("new")
    wait_until(lambda: held[0].request("GET", "/new").status == 302, "Redis is reached again")
    assert edge.metric("waymark_connections_accept_errors_total") == 0
    assert '"connections.fewer"' in edge.log_text()
    for connection in held:
        connection.close()


def test_an_edge_without_descriptors_goes_on_when_some_come_back(make_system):
    system = make_system(edge_settings=["threads=1"])
    system.start()
    system.add_link("try")
    edge = system.edge
    edge.warm("/try")
    opened = len(os.listdir(f"/proc/{edge.process.pid}/fd"))
    resource.prlimit(edge.process.pid, resource.RLIMIT_NOFILE, (opened + 20, opened + 20))
    held = [Connection(edge.port, seconds_max=0.5) for _ in range(60)]
    answered = 0
    with pytest.raises((OSError, Incomplete)):
        for connection in held:  # in the order they were accepted
            assert connection.request("GET", "/try").status == 302
            answered += 1
    assert 0 < answered < 60
    assert held[0].request("GET", "/try").status == 302, "those inside are served"
    for connection in held:
        connection.close()
    wait_until(lambda: answers(edge), "descriptors are back")
    assert edge.metric("waymark_connections_accept_errors_total") >= 1
    assert edge.running()
