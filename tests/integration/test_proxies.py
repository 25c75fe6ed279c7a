"""Behind proxies: the PROXY protocol on listeners of its own, and forwarding headers of those who
are trusted. What is read and refused is tabled in tests/unit/network."""
import socket
import ssl
import struct
import time

import pytest

from tests.support.certificates import make as make_certificate
from tests.support.clicks import shipped
from tests.support.programs import free_port, wait_until
from tests.support.rawhttp import BROWSER, Connection, closed_while_trickling, connect

GET = ("GET /try HTTP/1.1\r\nHost: go.example\r\n" +
       "".join(f"{name}: {value}\r\n" for name, value in BROWSER.items()) + "\r\n").encode()
V1 = b"PROXY TCP4 198.51.100.7 192.0.2.1 50000 80\r\n"
V2_START = b"\r\n\r\n\0\r\nQUIT\n"


def v2(command, family, content):
    return V2_START + struct.pack("!BBH", command, family, len(content)) + content


V2_TCP4 = v2(0x21, 0x11, bytes([198, 51, 100, 7, 192, 0, 2, 1]) + struct.pack("!HH", 50000, 80))
V2_TCP6 = v2(0x21, 0x21, socket.inet_pton(socket.AF_INET6, "2001:db8:1:2::7") +
             socket.inet_pton(socket.AF_INET6, "2001:db8::1") + struct.pack("!HH", 50000, 80))
V2_WITH_TLV = v2(0x21, 0x11, V2_TCP4[16:] + b"\x01\0\x02h2" + b"\x04\x01\0" + b"x" * 256)


@pytest.fixture
def start(make_system):
    def run(*settings):
        system = make_system(edge_settings=settings)
        system.edge.start()
        system.add_link("try")
        return system
    return run


@pytest.fixture
def behind(start):
    """An edge with a listener for the PROXY protocol: system and port."""
    def run(*settings):
        port = free_port()
        return start(f"proxies.listen=127.0.0.1:{port}", *settings), port
    return run


def ip_of(system, answer):
    assert answer.status == 302
    return shipped(system.redis, answer.click_token()).get("ip")


def ask(port, pieces):
    with Connection(port) as connection:
        for piece in pieces:
            connection.send(piece)
        return connection.read_answer()


def refused(system):
    return system.edge.metric("waymark_proxy_headers_refused_total")


@pytest.mark.parametrize("header,ip", [
    (V1, "198.51.100.0"), (V2_TCP4, "198.51.100.0"), (V2_TCP6, "2001:db8:1::"),
    (V2_WITH_TLV, "198.51.100.0"), (b"PROXY UNKNOWN 1 2 3\r\n", "127.0.0.0"),
    (v2(0x20, 0, b""), "127.0.0.0"), (v2(0x21, 0, b""), "127.0.0.0")])
def test_the_header_names_the_visitor(behind, header, ip):
    system, port = behind()
    both = header + GET
    for pieces in ([both], [header, GET], [both[at:at + 1] for at in range(len(both))]):
        assert ip_of(system, ask(port, pieces)) == ip
    # It counts for all requests of the connection.
    with Connection(port) as connection:
        connection.send(both + GET)
        assert ip_of(system, connection.read_answer()) == ip
        assert ip_of(system, connection.read_answer()) == ip
        assert ip_of(system, connection.request("GET", "/try", BROWSER)) == ip
    assert refused(system) == 0


@pytest.mark.parametrize("first", [
    GET, b"PROXY TCP4 198.51.100.7\r\n", b"PROXY UNKNOWN " + b"x" * 100, v2(0x31, 0x11, b""),
    v2(0x21, 0x11, b"short"), b"\x16\x03\x01\x02\x00", b"\r\n\r\nGET"])
def test_anything_else_is_closed_unanswered(behind, first):
    system, port = behind()
    with Connection(port) as connection:
        connection.send(first)
        assert connection.closed_by_peer()
    assert refused(system) == 1


def test_the_header_is_never_guessed(behind):
    system, _ = behind()
    with Connection(system.edge.port) as connection:
        connection.send(V1 + GET)
        assert connection.read_answer().status == 400
        assert connection.closed_by_peer()
    with Connection(system.edge.port) as connection:
        connection.send(V2_TCP4 + GET)
        assert connection.read_answer().status == 400


def test_the_header_has_a_deadline(behind):
    system, port = behind("header.deadline=300ms")
    for part in (b"", V1[:20], V2_TCP4[:20]):
        with Connection(port) as connection:
            connection.send(part)
            assert connection.closed_by_peer()
    # A byte now and then does not put it off.
    with connect(port) as sock:
        assert closed_while_trickling(sock, V1, 0.05, 1.5)
    series = 'waymark_connections_expired_total{deadline="proxy_header"}'
    assert system.edge.metric(series) == 4


def test_a_header_alone_leaves_the_deadline_of_the_request(behind):
    system, port = behind("header.deadline=300ms")
    with Connection(port) as connection:
        connection.send(V1 + GET[:20])
        assert connection.closed_by_peer()
    assert system.edge.metric('waymark_connections_expired_total{deadline="header"}') == 1


def test_a_late_header_leaves_the_request_its_whole_deadline(behind):
    system, port = behind("header.deadline=1s")
    with Connection(port) as connection:
        time.sleep(0.7)
        connection.send(V1)
        time.sleep(0.7)
        assert ip_with(system, {}, connection) == "198.51.100.0"


def test_only_trusted_balancers_are_believed_once_some_are_named(behind):
    system, port = behind("proxies.trusted=192.0.2.0/24")
    with Connection(port) as connection:
        connection.send(V1 + GET)
        assert connection.closed_by_peer()
    assert refused(system) == 1
    assert system.edge.get("/try").status == 302


@pytest.mark.parametrize("family,mine,mine_too,others", [
    ("TCP4", "198.51.100.7", "198.51.100.7", "198.51.100.8"),
    ("TCP6", "2001:db8:1:2::7", "2001:db8:1:2:8::9", "2001:db8:1:3::7")])
def test_the_source_is_counted_against_its_own_limit(behind, family, mine, mine_too, others):
    """Of IPv6 the network of 64 bits, which one customer has."""
    system, port = behind("connections.per_address=2")
    def open_from(source):
        connection = Connection(port)
        target = "192.0.2.1" if family == "TCP4" else "2001:db8::1"
        connection.send(f"PROXY {family} {source} {target} 50000 80\r\n".encode() + GET)
        return connection
    held = [open_from(source) for source in (mine, mine_too, others)]
    for connection in held:
        assert connection.read_answer().status == 302
    with open_from(mine) as connection:
        assert connection.closed_by_peer()
    assert system.edge.metric("waymark_connections_refused_per_address_total") == 1
    for connection in held:
        connection.close()


def test_a_header_before_tls(start, folder):
    port = free_port()
    certificate, key = make_certificate(folder / "tls", "go", ["go.example"])
    system = start(f"proxies.listen=127.0.0.1:{port}", f"tls.listen=127.0.0.1:{port}",
                   f"tls.certificate={certificate}", f"tls.key={key}")
    for pieces in ([V1], [V1[at:at + 1] for at in range(len(V1))], [V2_WITH_TLV]):
        sock = connect(port)
        for piece in pieces:
            sock.sendall(piece)
        context = ssl.create_default_context(cafile=str(certificate))
        with Connection(context.wrap_socket(sock, server_hostname="go.example")) as connection:
            assert ip_of(system, connection.request("GET", "/try", BROWSER)) == "198.51.100.0"


# --- headers of trusted proxies ---


def ip_with(system, headers, connection=None):
    headers = {**BROWSER, **headers}
    if connection is None:
        return ip_of(system, system.edge.get("/try", headers))
    return ip_of(system, connection.request("GET", "/try", headers))


@pytest.mark.parametrize("settings", [[], ["proxies.trusted=192.0.2.0/24"]])
def test_forwarded_for_counts_for_trusted_proxies_only(start, settings):
    system = start(*settings)
    headers = {"X-Forwarded-For": "1.1.1.1, 198.51.100.7", "Forwarded": "for=203.0.113.9"}
    assert ip_with(system, headers) == "127.0.0.0"


def test_the_rightmost_untrusted_address_is_the_visitor(start):
    system = start("proxies.trusted=127.0.0.0/8,10.0.0.0/8")
    assert ip_with(system, {"X-Forwarded-For": "1.1.1.1, 198.51.100.7, 10.0.0.1"}) == "198.51.100.0"
    assert ip_with(system, {"X-Forwarded-For": "2001:db8:1:2::7"}) == "2001:db8:1::"
    assert ip_with(system, {"Forwarded": "for=203.0.113.9"}) == "127.0.0.0"
    assert ip_with(system, {}) == "127.0.0.0"


def test_the_other_header_by_setting(start):
    system = start("proxies.trusted=127.0.0.1", "proxies.header=forwarded")
    assert ip_with(system, {"Forwarded": 'for="[2001:db8:1::7]:80";proto=https'}) == "2001:db8:1::"
    assert ip_with(system, {"X-Forwarded-For": "198.51.100.7"}) == "127.0.0.0"


def test_each_request_of_a_proxys_connection_has_its_visitor(start):
    system = start("proxies.trusted=127.0.0.1", "connections.per_address=1")
    hashes = {}
    with Connection(system.edge.port) as other, Connection(system.edge.port) as connection:
        assert other.request("GET", "/try", BROWSER).status == 302  # a proxy may have many
        for last in (7, 8, 7, 7):
            answer = connection.request("GET", "/try",
                                        {**BROWSER, "X-Forwarded-For": f"198.51.100.{last}"})
            click = shipped(system.redis, answer.click_token())
            assert click["ip"] == "198.51.100.0"
            assert hashes.setdefault(last, click["ipk"]) == click["ipk"]
        assert hashes[7] != hashes[8]
        # Without the header, the proxy's own: never the one before.
        assert ip_with(system, {}, connection) == "127.0.0.0"


@pytest.mark.parametrize("mine,mine_too,others", [
    ("198.51.100.7", "198.51.100.7", "198.51.100.8"),
    ("2001:db8:1:2::7", "2001:db8:1:2:8::9", "2001:db8:1:3::7")])
def test_visitors_behind_a_proxy_have_budgets_of_their_own(start, mine, mine_too, others):
    """Of IPv6 each network of 64 bits, which one customer has."""
    system = start("proxies.trusted=127.0.0.1", "threads=1", "lookup.unknown_address_rate=1",
                   "lookup.unknown_address_burst=3")

    def guess(number, visitor):
        headers = {**BROWSER, "X-Forwarded-For": visitor}
        return system.edge.get(f"/guess-{number}", headers).status

    guesses = iter(range(1_000))
    wait_until(lambda: guess(next(guesses), mine) == 429, "the budget is spent")
    assert guess(1_000, mine_too) == 429
    assert guess(1_000, others) == 404


def test_a_proxy_on_a_unix_socket(make_system, folder):
    path = folder / "edge.sock"
    system = make_system(edge_settings=[f"listen=unix:{path}", "proxies.trusted=unix"])
    system.edge.start()
    system.add_link("try")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(str(path))
        with Connection(sock) as connection:
            named = ip_with(system, {"X-Forwarded-For": "198.51.100.7"}, connection)
            assert named == "198.51.100.0"
            assert ip_with(system, {}, connection) is None


def test_a_balancer_with_a_trusted_proxy_behind_it(behind):
    """The PROXY header names a trusted proxy, whose own header names the visitor."""
    system, port = behind("proxies.trusted=127.0.0.1,198.51.100.7")
    with Connection(port) as connection:
        connection.send(V1)
        assert ip_with(system, {"X-Forwarded-For": "203.0.113.9"}, connection) == "203.0.113.0"


def test_a_balancer_that_names_nobody_vouches_for_nothing(behind):
    system, port = behind("proxies.trusted=127.0.0.1", "connections.per_address=1")
    for header in (b"PROXY UNKNOWN\r\n", v2(0x20, 0, b"")):
        with Connection(port) as other, Connection(port) as connection:
            for each in (other, connection):  # nobody's connections are not limited
                each.send(header)
                named = ip_with(system, {"X-Forwarded-For": "203.0.113.9"}, each)
                assert named == "127.0.0.0"


@pytest.mark.parametrize("settings,words", [
    (["proxies.trusted=10.0.0.1/8"], "proxies.trusted: '10.0.0.1/8'"),
    (["proxies.listen=nowhere"], "proxies.listen: 'nowhere'"),
    (["proxies.header=x-real-ip"], "x-forwarded-for, forwarded")])
def test_bad_settings_are_named(start, settings, words):
    with pytest.raises(AssertionError) as failure:
        start(*settings)
    assert words in str(failure.value)
