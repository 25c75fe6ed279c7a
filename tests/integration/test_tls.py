"""TLS at the edge, as Python's ssl, openssl s_client and curl see it."""
import grp
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from tests.support import certificates, rawhttp
from tests.support.programs import ROOT, free_port, wait_until
from tests.support.rawhttp import (BROWSER, Connection, Incomplete, by_byte, by_line,
                                    closed_while_trickling, connect)

GET = ("GET /try HTTP/1.1\r\nHost: go.example\r\n" +
       "".join(f"{name}: {value}\r\n" for name, value in BROWSER.items()) + "\r\n").encode()


class TlsEdge:
    """An edge with a TLS listener: `default.example` is shown to strangers, `go.example` and
    `*.example.org` have certificates in the folder."""

    def __init__(self, make_system, folder, settings):
        self.folder = folder / "tls"
        certificates.make(self.folder, "default", ["default.example"])
        certificates.make(self.folder / "more", "go", ["go.example"])
        certificates.make(self.folder / "more", "wild", ["*.example.org"])
        self.port = free_port()
        self.system = make_system(edge_settings=[
            f"tls.listen=127.0.0.1:{self.port}", f"tls.certificate={self.folder}/default.crt",
            f"tls.key={self.folder}/default.key", f"tls.dir={self.folder}/more", *settings])
        self.edge = self.system.edge
        self.edge.start()
        self.system.add_link("try")

    def context(self, **options):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
        for name, value in options.items():
            setattr(context, name, value)
        return context

    def connect(self, host="go.example", context=None, session=None):
        """An end that is not announced (close_notify) is an error."""
        context = context or self.context()
        return context.wrap_socket(connect(self.port), server_hostname=host, session=session,
                                   suppress_ragged_eofs=False)

    def shown(self, host):
        """The certificate for that host, PEM."""
        with self.connect(host) as sock:
            return ssl.DER_cert_to_PEM_cert(sock.getpeercert(True))

    def handshakes(self, result):
        return self.edge.metric(f'waymark_tls_handshakes_total{{result="{result}"}}')

    def file(self, name):
        """A certificate's file, PEM."""
        return ssl.DER_cert_to_PEM_cert(
            ssl.PEM_cert_to_DER_cert((self.folder / name).read_text()))


@pytest.fixture
def tls(make_system, folder):
    def start(*settings):
        return TlsEdge(make_system, folder, settings)
    return start


def test_the_name_chooses_the_certificate(tls):
    edge = tls()
    for host, name in [("go.example", "more/go.crt"), ("GO.example", "more/go.crt"),
                       ("a.example.org", "more/wild.crt"), ("default.example", "default.crt"),
                       ("a.b.example.org", "default.crt"), ("stranger.example", "default.crt"),
                       (None, "default.crt")]:
        assert edge.shown(host) == edge.file(name), host
    # Plain HTTP goes on beside it.
    assert edge.edge.get("/try").status == 302


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_requests_in_any_pieces(tls, version):
    edge = tls()
    context = edge.context(minimum_version=version, maximum_version=version)
    with Connection(edge.connect(context=context)) as connection:
        for pieces in ([GET], by_line(GET), by_byte(GET), [GET * 50]):
            for piece in pieces:
                connection.send(piece)  # a record of its own, which the edge reads apart
            for _ in range(50 if pieces == [GET * 50] else 1):
                answer = connection.read_answer()
                assert answer.status == 302 and answer.click_token()
    assert edge.handshakes("full") == 1


def test_a_browsers_whole_way(tls):
    edge = tls()
    done = subprocess.run(
        ["curl", "-sS", "-i", "--cacert", f"{edge.folder}/more/go.crt", "--resolve",
         f"go.example:{edge.port}:127.0.0.1", f"https://go.example:{edge.port}/try"],
        capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("HTTP/1.1 302"), done.stdout


def test_only_http11_is_agreed_on(tls):
    edge = tls()
    context = edge.context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with edge.connect(context=context) as sock:
        assert sock.selected_alpn_protocol() == "http/1.1"
    context = edge.context()
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        edge.connect(context=context)


def s_client(edge, *options, text=b""):
    return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{edge.port}",
                           "-servername", "go.example", *options],
                          input=text, capture_output=True, timeout=20)


def test_old_versions_are_refused(tls):
    edge = tls()
    for version in ("-tls1", "-tls1_1"):
        done = s_client(edge, version, "-cipher", "ALL:@SECLEVEL=0")
        assert b"alert protocol version" in done.stderr, done.stderr
    assert edge.handshakes("failed") == 2
    assert b"Protocol  : TLSv1.2" in s_client(edge, "-tls1_2").stdout


def test_old_ciphers_are_refused(tls):
    """Those without authenticated encryption."""
    edge = tls()
    for cipher in ("ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA"):
        done = s_client(edge, "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0")
        assert b"alert handshake failure" in done.stderr, done.stderr
    done = s_client(edge, "-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305")
    assert b"Cipher is ECDHE-ECDSA-CHACHA20-POLY1305" in done.stdout


def test_there_is_no_renegotiation(tls):
    edge = tls()
    done = s_client(edge, "-tls1_2", text=b"R\n")
    assert b"no renegotiation" in done.stderr, done.stderr


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_sessions_are_resumed_on_any_thread(tls, version):
    edge = tls()
    context = edge.context(minimum_version=version, maximum_version=version)

    def visit(session):
        sock = edge.connect(context=context, session=session)
        with Connection(sock) as connection:
            assert connection.request("GET", "/try", BROWSER).status == 302
            return sock.session_reused, sock.session

    reused, session = visit(None)
    assert not reused
    for _ in range(8):
        reused, session = visit(session)
        assert reused
    assert edge.handshakes("full") == 1 and edge.handshakes("resumed") == 8


def test_the_end_is_announced(tls):
    """close_notify: who sees none must fear that something was cut off."""
    edge = tls()
    sock = edge.connect()
    sock.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    data = b""
    while piece := sock.recv(65536):  # raises on an end that is not announced
        data += piece
    assert data.startswith(b"HTTP/1.1 302") and data.endswith(b"\r\n\r\n")


def test_refusals_arrive(tls):
    edge = tls()
    with Connection(edge.connect()) as connection:
        connection.send(b"POST /try HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        assert connection.read_answer().status == 405
        assert connection.closed_by_peer()
    with Connection(edge.connect()) as connection:
        connection.send(b"GET /try HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000)
        assert connection.read_answer().status == 431


def test_plain_http_is_told_off(tls):
    edge = tls()
    with Connection(edge.port) as connection:
        connection.send(GET)
        assert connection._file.read()[:1] in (b"", b"\x15")  # an alert, then the end
    wait_until(lambda: edge.handshakes("failed") == 1, "it is counted")
    with Connection(edge.connect()) as connection:
        assert connection.request("GET", "/try", BROWSER).status == 302


def test_who_leaves_without_a_word_is_no_failure(tls):
    """Balancers look whether somebody listens; that must not hide handshakes that do fail."""
    edge = tls()
    for first in (b"", b"", b"x" * 10):
        with connect(edge.port) as sock:
            sock.sendall(first)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(100):
                pass
    assert edge.handshakes("failed") == 1


def test_a_slow_reader_gets_everything(tls):
    """It reads in sips, and only when the edge, whose answers nobody takes, takes no more."""
    edge = tls()
    count = 8_000
    sock = edge.connect()
    sock.setblocking(False)
    waiting, tail, answers = GET * count, b"", 0

    def all_there():
        nonlocal waiting, tail, answers
        try:
            while waiting:
                waiting = waiting[sock.send(waiting[:16_384]):]
        except ssl.SSLWantWriteError:
            pass
        try:
            seen = tail + sock.recv(8_192)
        except ssl.SSLWantReadError:
            return False
        answers += seen.count(b"HTTP/1.1 302")
        tail = seen[-11:]  # shorter than what is counted
        return answers == count

    end = time.monotonic() + 60
    while not all_there():
        assert time.monotonic() < end, f"{answers} answers"
    sock.close()


def test_a_reader_that_does_not_read_is_closed(tls):
    edge = tls("write.deadline=300ms")
    sock = edge.connect()
    sock.settimeout(0.2)

    def cannot_send():
        try:
            sock.sendall(GET * 500)
        except TimeoutError:
            return expired(edge, "write") == 1
        except OSError:
            return True
        return False
    wait_until(cannot_send, "the edge closes")
    assert expired(edge, "write") == 1
    sock.close()


def expired(edge, deadline):
    return edge.edge.metric(f'waymark_connections_expired_total{{deadline="{deadline}"}}')


def client_hello(edge):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = edge.context().wrap_bio(incoming, outgoing, server_hostname="go.example")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_a_handshake_has_a_deadline(tls):
    edge = tls("header.deadline=300ms")
    for part in (b"", b"\x16\x03\x01\x02\x00\x01\x00\x01"):
        with Connection(edge.port) as connection:
            connection.send(part)
            assert connection.closed_by_peer()
    assert expired(edge, "handshake") == 2
    # A byte now and then does not put it off.
    with connect(edge.port) as sock:
        assert closed_while_trickling(sock, client_hello(edge), 0.05, 2.0)
    assert expired(edge, "handshake") == 3


def test_headers_and_silence_have_deadlines(tls):
    edge = tls("header.deadline=300ms", "idle.deadline=300ms")
    with Connection(edge.connect()) as connection:
        connection.send(GET[:20])
        assert connection.closed_by_peer()
    assert expired(edge, "header") == 1
    with Connection(edge.connect()) as connection:
        assert connection.request("GET", "/try", BROWSER).status == 302
        assert connection.closed_by_peer()
    assert expired(edge, "idle") == 1


def test_reload_is_for_new_connections(tls):
    edge = tls()
    before = edge.shown("go.example")
    with Connection(edge.connect()) as old:
        assert old.request("GET", "/try", BROWSER).status == 302
        certificates.make(edge.folder / "more", "go", ["go.example"])
        certificates.make(edge.folder / "more", "new", ["new.example"])
        edge.edge.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "files.reloaded" in edge.edge.log_text(), "it is reloaded")
        wait_until(lambda: edge.shown("go.example") == edge.file("more/go.crt") != before,
                   "new ones see the new certificate")
        wait_until(lambda: edge.shown("new.example") == edge.file("more/new.crt"), "and more")
        assert old.request("GET", "/try", BROWSER).status == 302


def key_ids(edge):
    return json.loads(rawhttp.get(edge.admin, "/version").body)["keys"]


def test_a_reload_is_all_or_nothing(tls):
    edge = tls()
    before, [first] = edge.shown("go.example"), key_ids(edge.edge)
    certificates.make(edge.folder / "more", "go", ["go.example"])
    with open(edge.system.keys, "a", encoding="ascii") as keys:
        keys.write(f"next {'cd' * 32}\n")
    default = edge.folder / "default.key"
    good = default.read_text()
    default.write_text("nonsense")
    edge.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "files.kept" in edge.edge.log_text(), "the edge says so")
    assert "default.key" in edge.edge.log_text()
    assert edge.shown("go.example") == before and key_ids(edge.edge) == [first]
    default.write_text(good)
    edge.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: key_ids(edge.edge) == [first, "next"], "the keys are in force")
    wait_until(lambda: edge.shown("go.example") == edge.file("more/go.crt"), "and the certificate")


def test_a_bad_pair_in_the_folder_harms_nobody_else(tls):
    """The folder grows by a customer's domain each day."""
    edge = tls()
    certificates.make(edge.folder / "more", "new", ["new.example"])
    (edge.folder / "more/wild.key").write_text("nonsense")
    edge.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: edge.shown("new.example") == edge.file("more/new.crt"), "it is reloaded")
    assert edge.shown("a.example.org") == edge.file("more/wild.crt"), "the one in force stays"
    assert edge.edge.metric("waymark_tls_certificates_refused") == 1
    edge.edge.kill()
    edge.edge.start()
    assert edge.shown("new.example") == edge.file("more/new.crt")
    assert edge.shown("a.example.org") == edge.file("default.crt")
    assert edge.edge.metric("waymark_tls_certificates_refused") == 1
    refused = [line for line in edge.edge.log_text().splitlines() if "certificates.refused" in line]
    assert len(refused) == 2 and all("wild.key" in line for line in refused)


def test_the_example_for_certbot(tls, folder):
    """The hook as it ships, with certbot's variables and a systemctl that signals this edge."""
    edge = tls()
    lineage, commands = folder / "live/new.example", folder / "commands"
    lineage.mkdir(parents=True)
    commands.mkdir()
    for kind, name in zip(certificates.make(folder / "made", "new", ["new.example"]),
                          ("fullchain.pem", "privkey.pem")):
        shutil.copy(kind, lineage / name)
    systemctl = commands / "systemctl"
    systemctl.write_text("#!/bin/sh\n[ \"$*\" = 'reload waymark-redirect' ] && "
                         f"kill -HUP {edge.edge.process.pid}\n")
    systemctl.chmod(0o755)
    subprocess.run([ROOT / "deploy/examples/certbot-deploy-hook"], check=True, timeout=20, env={
        "PATH": f"{commands}:{os.environ['PATH']}", "RENEWED_LINEAGE": str(lineage),
        "WAYMARK_TLS_DIR": str(edge.folder / "more"),
        "WAYMARK_TLS_GROUP": grp.getgrgid(os.getgid()).gr_name})
    made = edge.file("more/new.example/fullchain.pem")
    wait_until(lambda: edge.shown("new.example") == made, "the new certificate is shown")


def test_a_certificate_that_has_ended_is_named(tls):
    """It is shown all the same: which of two evils is worse is not ours to say."""
    edge = tls()
    assert "certificates.ended" not in edge.edge.log_text()
    certificates.let_end(edge.folder / "more", "go")
    edge.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "certificates.ended" in edge.edge.log_text(), "the edge warns")
    line = next(line for line in edge.edge.log_text().splitlines() if "certificates.ended" in line)
    assert "more/go.crt" in line and '"warning"' in line
    assert edge.shown("go.example") == edge.file("more/go.crt")
    assert edge.edge.metric("waymark_tls_certificate_end_seconds") < time.time()
    assert edge.edge.end() == 0
    edge.edge.start()
    assert edge.edge.log_text().count("certificates.ended") == 2


def test_connections_are_counted_and_limited(tls):
    edge = tls("connections.per_address=3")
    held = [Connection(edge.connect()) for _ in range(3)]
    with pytest.raises((OSError, Incomplete)):
        Connection(edge.connect())
    wait_until(lambda: edge.edge.metric("waymark_connections_tls") == 3, "they are shown")
    assert edge.edge.metric("waymark_connections_refused_per_address_total") == 1
    for connection in held:
        connection.close()
    wait_until(lambda: edge.edge.metric("waymark_connections_tls") == 0, "and gone")


def test_the_end_of_the_edge_is_orderly(tls):
    edge = tls("shutdown.grace=2s")
    idle, silent = edge.connect(), Connection(edge.port)
    with Connection(edge.connect()) as busy:
        assert busy.request("GET", "/try", BROWSER).status == 302
        edge.edge.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "edge.stopping" in edge.edge.log_text(), "the edge heard")
        assert busy.last_answer("/try").status == 302
    assert idle.recv(1) == b""  # announced
    assert silent.closed_by_peer()
    assert edge.edge.process.wait(timeout=20) == 0


@pytest.mark.parametrize("break_it,words", [
    (lambda folder: (folder / "default.key").chmod(0o644), "chmod o="),
    (lambda folder: (folder / "default.key").unlink(), "default.key"),
    (lambda folder: (folder / "default.key").write_bytes((folder / "more/go.key").read_bytes()),
     "cannot be used as the private key (PEM) of"),
    (lambda folder: (folder / "default.crt").write_text("nonsense"),
     "default.crt: cannot be used as a certificate (PEM): no start line"),
    (lambda folder: shutil.rmtree(folder / "more"), "more: No such file")])
def test_bad_certificates_are_named_at_start(tls, monkeypatch, break_it, words):
    make = certificates.make

    def make_and_break(folder, name, hosts):
        make(folder, name, hosts)
        if name == "wild":
            break_it(folder.parent)
    monkeypatch.setattr(certificates, "make", make_and_break)
    with pytest.raises(AssertionError) as failure:
        tls()
    assert words in str(failure.value) and "ended with 78" in str(failure.value)


def test_strangers_bytes_do_no_harm(tls):
    """Noise, cut and damaged hellos; the unit test has thousands, these go through the worker."""
    edge = tls()
    hello = client_hello(edge)
    with Connection(edge.connect()) as bystander:
        for at in range(0, len(hello), 7):
            for bytes_sent in (hello[:at], hello[:at] + b"\xff" + hello[at + 1:] + b"\0" * 40):
                with connect(edge.port) as sock:
                    sock.sendall(bytes_sent)
                    sock.shutdown(socket.SHUT_WR)
                    try:
                        while sock.recv(4096):
                            pass
                    except ConnectionError:
                        pass
        assert bystander.request("GET", "/try", BROWSER).status == 302
    assert edge.handshakes("failed") > 50
    assert edge.edge.running()
