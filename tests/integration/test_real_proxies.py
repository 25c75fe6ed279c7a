"""Behind the proxies that people use: HAProxy with every form of its PROXY header, nginx and
HAProxy that name the visitor in a header, and the settings of deploy/examples as they stand."""
import socket
import ssl

import pytest

from tests.support import certificates, front_proxies
from tests.support.clicks import shipped
from tests.support.programs import ROOT, free_port, wait_until
from tests.support.rawhttp import BROWSER, Connection

EXAMPLES = ROOT / "deploy/examples"
VISITOR = "127.5.6.7"  # an address of this machine that is nobody else's
FORGED = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.8"}

HAPROXY = """
global
  maxconn 100
defaults
  mode {mode}
  timeout connect 1s
  timeout client 10s
  timeout server 10s
frontend visitors
  bind {bind}
  unique-id-format %[uuid()]
  default_backend edge
backend edge
  {backend}
"""


@pytest.fixture
def front():
    """Starts proxies that end with the test."""
    started = []

    def start(kind, *arguments):
        started.append(kind(*arguments))
        return started[-1]
    yield start
    for program in started:
        program.kill()


@pytest.fixture
def start(make_system):
    def run(*settings, listen=()):
        system = make_system(edge_settings=settings)
        edge = system.edge
        for address in listen:
            edge.command += ["--listen", address]
        edge.start()
        system.add_link("try")
        return system
    return run


def from_visitor(place):
    """A socket to a port or a Unix socket, from the visitor's address."""
    if isinstance(place, int):
        sock = socket.create_connection(("127.0.0.1", place), timeout=5,
                                        source_address=(VISITOR, 0))
    else:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(5)
        sock.connect(str(place))
    return sock


def seen_addresses(system, sock, headers=FORGED):
    """Those of the clicks of three requests on one connection."""
    with Connection(sock) as connection:
        answers = [connection.request("GET", "/try", {**BROWSER, **headers}) for _ in range(3)]
    assert [answer.status for answer in answers] == [302] * 3
    return {shipped(system.redis, answer.click_token()).get("ip") for answer in answers}


# --- PROXY ---

EVERY_FIELD = "proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id"


@pytest.mark.parametrize("header", [
    "send-proxy", "send-proxy-v2", f"send-proxy-v2 {EVERY_FIELD}",
    "send-proxy check inter 50ms", f"send-proxy-v2 {EVERY_FIELD} check inter 50ms"])
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_haproxy_tells_the_visitor_by_its_header(start, front, folder, header, mode):
    port, public = free_port(), free_port()
    system = start(f"proxies.listen=127.0.0.1:{port}")
    front(front_proxies.haproxy, folder, HAPROXY.format(
        mode=mode, bind=f"127.0.0.1:{public}", backend=f"server edge 127.0.0.1:{port} {header}"),
        public)
    assert seen_addresses(system, from_visitor(public)) == {"127.5.6.0"}
    if "check" in header:  # HAProxy's own connections, and their headers (LOCAL, UNKNOWN)
        wait_until(lambda: system.edge.metric("waymark_connections_accepted_total") > 5, "checks")
    assert system.edge.metric("waymark_proxy_headers_refused_total") == 0


@pytest.mark.parametrize("header", ["send-proxy", "send-proxy-v2"])
def test_haproxy_on_ipv6_and_on_a_unix_socket(start, front, folder, header):
    """A visitor on a Unix socket has no address: AF_UNIX in version 2, UNKNOWN in version 1. It is
    the proxy's then."""
    port, public, path = free_port(), free_port(), folder / "visitors.sock"
    system = start(f"proxies.listen=127.0.0.1:{port}")
    front(front_proxies.haproxy, folder, HAPROXY.format(
        mode="tcp", bind=f"::1:{public}\n  bind unix@{path}",
        backend=f"server edge 127.0.0.1:{port} {header}"), path)
    sock = wait_until(lambda: socket.create_connection(("::1", public), timeout=5), "it listens")
    assert seen_addresses(system, sock) == {"::"}
    assert seen_addresses(system, from_visitor(path)) == {"127.0.0.0"}
    assert system.edge.metric("waymark_proxy_headers_refused_total") == 0


def test_tls_ends_at_haproxy_or_passes_it(start, front, folder):
    port, public, through = free_port(), free_port(), free_port()
    certificate, key = certificates.make(folder / "tls", "go", ["go.example"])
    system = start(f"proxies.listen=127.0.0.1:{port},127.0.0.1:{through}",
                   f"tls.listen=127.0.0.1:{through}", f"tls.certificate={certificate}",
                   f"tls.key={key}")
    both = folder / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    public_through = free_port()
    front(front_proxies.haproxy, folder, HAPROXY.format(
        mode="tcp", bind=f"127.0.0.1:{public} ssl crt {both} alpn http/1.1",
        backend=f"server edge 127.0.0.1:{port} send-proxy-v2-ssl-cn {EVERY_FIELD}\n"
                f"frontend more\n  bind 127.0.0.1:{public_through}\n  default_backend through\n"
                f"backend through\n  server edge 127.0.0.1:{through} send-proxy-v2"),
        public, public_through)
    context = ssl.create_default_context(cafile=str(certificate))
    for place in (public, public_through):
        sock = context.wrap_socket(from_visitor(place), server_hostname="go.example")
        assert seen_addresses(system, sock) == {"127.5.6.0"}


# --- a header ---

def test_haproxy_appends_a_line_of_its_own(start, front, folder):
    public = free_port()
    system = start("proxies.trusted=127.0.0.1")
    front(front_proxies.haproxy, folder, HAPROXY.format(
        mode="http", bind=f"127.0.0.1:{public}",
        backend=f"option forwardfor\n  server edge 127.0.0.1:{system.edge.port}"), public)
    assert seen_addresses(system, from_visitor(public)) == {"127.5.6.0"}


NGINX = """
events {{}}
http {{
  server {{
    listen 127.0.0.1:{public};
    location / {{
      proxy_pass http://127.0.0.1:{inner};
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
  server {{
    listen 127.0.0.1:{inner};
    location / {{
      proxy_pass http://127.0.0.1:{edge};
      proxy_set_header {header};
    }}
  }}
}}
"""


@pytest.mark.parametrize("settings,header", [
    ([], "X-Forwarded-For $proxy_add_x_forwarded_for"),
    (["proxies.header=forwarded"], "Forwarded 'for=\"[2001:db8::9]\", for=\"$remote_addr:80\";"
                                   "proto=http, for=127.0.0.1'")])
def test_two_proxies_one_behind_the_other(start, front, folder, settings, header):
    """The first one's address stands in the header as well, and is trusted. nginx speaks HTTP/1.0
    unless told otherwise."""
    public, inner = free_port(), free_port()
    system = start("proxies.trusted=127.0.0.1", *settings)
    text = NGINX.format(public=public, inner=inner, edge=system.edge.port, header=header)
    front(front_proxies.nginx, folder, text, public, inner)
    place = inner if settings else public
    assert seen_addresses(system, from_visitor(place)) == {"127.5.6.0"}


# --- deploy/examples ---

def replaced(name, **places):
    text = (EXAMPLES / name).read_text()
    for old, new in places.values():
        assert old in text, f"{name} does not say {old!r} any more"
        text = text.replace(old, new)
    return text


def test_the_example_for_haproxy(start, front, folder):
    port, public = free_port(), free_port()
    system = start(f"proxies.listen=127.0.0.1:{port}")
    front(front_proxies.haproxy, folder, replaced(
        "haproxy.cfg", bind=("bind :80\n", f"bind 127.0.0.1:{public}\n"),
        maxconn=("maxconn 20000", "maxconn 100"),  # more than a test may have open
        edge=("server edge1 127.0.0.1:8081", f"server edge1 127.0.0.1:{port}")), public)
    assert seen_addresses(system, from_visitor(public)) == {"127.5.6.0"}


def test_the_example_for_nginx(start, front, folder):
    path, public = folder / "edge.sock", free_port()
    folder.chmod(0o711)  # workers of nginx are another user
    system = start("proxies.trusted=unix", "proxies.header=x-forwarded-for",
                   listen=[f"unix:{path}"])
    front(front_proxies.nginx, folder, replaced(
        "nginx.conf", listen=("listen 80;", f"listen 127.0.0.1:{public};"),
        edge=("unix:/run/waymark/edge.sock;", f"unix:{path};")), public)
    assert seen_addresses(system, from_visitor(public)) == {"127.5.6.0"}
