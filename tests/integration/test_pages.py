"""What the edge shows instead of redirecting: where a link leads, QR codes, its own pages."""
import pathlib
import signal
import struct

import pytest

from tests.support import pictures, rawhttp
from tests.support.programs import wait_until, wait_until_heard
from tests.support.rawhttp import BROWSER

BASE = "https://go.example"


@pytest.fixture
def well_known(folder):
    path = pathlib.Path(folder) / "well-known"
    path.mkdir()
    (path / "security.txt").write_text("Contact: mailto:security@firm.example\n")
    return path


@pytest.fixture
def shown(make_system, well_known):
    """A system whose edge knows its base and has files to serve."""
    system = make_system(edge_settings=[f"links.base_url={BASE}", f"wellknown.dir={well_known}"])
    system.start()
    system.add_link("anna7", "https://shop.example/welcome?x=1", title="Spring & <b>sale</b>",
                    description="All new")
    system.redis.hset("wm:link:brand.example/own", destination="https://shop.example/own")
    system.redis.hset("wm:domain:brand.example", root_url="https://brand.example/about",
                      robots="User-agent: *\nDisallow: /\n")
    return system


def ask(edge, target, host="go.example", method="GET", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return rawhttp.get(edge.port, target, {**BROWSER, "Host": host, **headers}, method)


def commands_processed(system):
    info = system.redis.command("INFO", "commandstats")
    return sum(int(line.partition("calls=")[2].partition(",")[0])
               for line in info.splitlines() if line.startswith("cmdstat_hgetall:"))


@pytest.mark.parametrize("target", ["/anna7+", "/Anna7+", "/anna7%2B", "/%61nna7+", "/anna7+."])
def test_a_plus_shows_where_a_link_leads(shown, target):
    answer = ask(shown.edge, target)
    page = answer.body.decode()
    assert answer.status == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "shop.example</bdi></h1>" in page and "https://shop.example/welcome?x=1" in page
    assert "Spring &amp; &lt;b&gt;sale&lt;/b&gt;" in page and "All new" in page
    assert not answer.set_cookies and "location" not in answer.headers
    assert answer.headers["x-robots-tag"] == "noindex"


def test_what_is_shown_is_no_click(shown):
    for target in ("/anna7+", "/anna7.png", "/anna7.svg", "/", "/robots.txt"):
        assert ask(shown.edge, target).status == 200
    token = ask(shown.edge, "/anna7").click_token()
    shown.click(token)
    assert len(shown.tracker.rows("SELECT * FROM clicks")) == 1


def test_a_changed_link_is_shown_as_it_is(shown):
    assert "This link is active" in ask(shown.edge, "/anna7+").body.decode()
    shown.redis.hset("wm:link:*/anna7", status="paused")
    wait_until_heard(lambda: "This link is paused" in ask(shown.edge, "/anna7+").body.decode())


@pytest.mark.parametrize("target, side", [("/anna7.png", 37 * 13), ("/Anna7.png?size=300", 37 * 8),
                                          ("/anna7.png?size=1", 37), ("/anna7.png?size=99999",
                                                                      37 * 55)])
def test_another_program_reads_the_png(shown, folder, target, side):
    answer = ask(shown.edge, target)
    assert answer.status == 200 and answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert struct.unpack(">II", answer.body[16:24]) == (side, side)
    picture = pathlib.Path(folder) / "code.png"
    picture.write_bytes(answer.body)
    if side >= 4 * 37:  # smaller ones are for printers, not for cameras
        assert pictures.read_code(picture) == f"{BASE}/anna7?c=qr"


def test_another_program_reads_the_svg(shown, folder):
    answer = ask(shown.edge, "/anna7.svg/")
    assert answer.status == 200 and answer.headers["content-type"] == "image/svg+xml"
    drawing = pathlib.Path(folder) / "code.svg"
    drawing.write_bytes(answer.body)
    assert pictures.read_code(pictures.draw(drawing)) == f"{BASE}/anna7?c=qr"


def test_a_scanned_code_is_a_click_of_channel_qr(shown, folder):
    picture = pathlib.Path(folder) / "code.png"
    picture.write_bytes(ask(shown.edge, "/anna7.png").body)
    target = pictures.read_code(picture).removeprefix(BASE)
    assert shown.click(ask(shown.edge, target).click_token())["channel"] == "qr"


def test_a_link_of_one_host_has_that_host_in_its_code(shown, folder):
    picture = pathlib.Path(folder) / "code.png"
    picture.write_bytes(ask(shown.edge, "/own.png", host="brand.example").body)
    assert pictures.read_code(picture) == "https://brand.example/own?c=qr"
    # Whatever a visitor names as Host gets into no code.
    picture.write_bytes(ask(shown.edge, "/anna7.png", host="evil.example").body)
    assert pictures.read_code(picture) == f"{BASE}/anna7?c=qr"
    assert ask(shown.edge, "/own.png", host="evil.example").status == 404


def test_without_a_base_there_is_no_code(system):
    assert system.edge.get("/try.png").status == 404
    assert system.edge.get("/try+").status == 200
    assert "links.base_url" in system.edge.log_text()


def test_drawing_is_limited(make_system):
    system = make_system(edge_settings=[f"links.base_url={BASE}", "qr.rate=1"]).start()
    system.add_link("anna7")
    statuses = [ask(system.edge, f"/anna7.png?size={100 + 37 * i}").status for i in range(20)]
    assert statuses[0] == 200 and 429 in statuses
    assert system.edge.metric('waymark_http_answers_total{outcome="qr_over_rate"}') >= 1
    drawn = system.edge.metric("waymark_qr_codes_drawn_total")
    assert drawn == statuses.count(200)


def test_one_address_leaves_drawings_to_others(make_system):
    system = make_system(edge_settings=[
        f"links.base_url={BASE}", "threads=1", "qr.rate=50", "proxies.trusted=127.0.0.1",
        "lookup.unknown_address_burst=10", "lookup.unknown_address_rate=1"]).start()
    links = [f"a{i}" for i in range(10)]
    for link in ["greedy", *links]:
        system.add_link(link)

    def draw(address, target):
        return ask(system.edge, target, X_Forwarded_For=address).status
    greedy = [draw("192.0.2.7", f"/greedy.png?size={64 + i}") for i in range(1_985)]
    assert set(greedy[:300]) == {200}, "a few pictures serve many sizes"
    assert 429 in greedy
    assert system.edge.metric('waymark_http_answers_total{outcome="over_address_budget"}') > 0
    assert system.edge.metric('waymark_http_answers_total{outcome="qr_over_rate"}') == 0
    assert [draw("192.0.2.8", f"/{link}.svg") for link in links] == 10 * [200]


@pytest.mark.parametrize("target", ["/nobody+", "/nobody.png", "/nobody.svg", "/anna7.jpg",
                                    "/anna7++", "/anna7.png.svg", "/+", "/.png"])
def test_unknown_codes_have_nothing_to_show(shown, target):
    assert ask(shown.edge, target).status == 404


def test_head_and_pipelining_of_long_answers(shown):
    shown.edge.warm("/anna7")
    with rawhttp.Connection(shown.edge.port) as connection:
        whole = connection.request("GET", "/anna7.png?size=2048")
        head = connection.request("HEAD", "/anna7.png?size=2048")
        assert head.headers["content-length"] == str(len(whole.body)) and head.body == b""
        one = (b"GET /anna7.svg HTTP/1.1\r\nHost: a\r\n\r\n"
               b"GET /anna7 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\n\r\n"
               b"GET /anna7+ HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.send(30 * one + b"GET /anna7.svg HTTP/1.1\r\nHost: a\r\n"
                        b"Connection: close\r\n\r\n")
        for _ in range(30):
            assert connection.read_answer().body.endswith(b"</svg>\n")
            assert connection.read_answer().status == 302
            assert b"shop.example" in connection.read_answer().body
        assert connection.read_answer().body.endswith(b"</svg>\n")
        assert connection.closed_by_peer()


def test_root_and_robots_of_a_domain(shown):
    answer = ask(shown.edge, "/", host="brand.example")
    assert answer.status == 302 and answer.headers["location"] == "https://brand.example/about"
    assert ask(shown.edge, "/robots.txt", host="brand.example").body.endswith(b"Disallow: /\n")
    assert ask(shown.edge, "/").status == 200
    assert ask(shown.edge, "/robots.txt").body == b"User-agent: *\nDisallow:\n"
    shown.redis.hset("wm:domain:go.example", root_url="https://firm.example/")
    wait_until_heard(lambda: ask(shown.edge, "/").status == 302)


def test_our_own_paths_are_asked_of_redis_as_no_code(shown):
    for target in ("/", "/robots.txt", "/favicon.ico", "/.well-known/security.txt"):
        for _ in range(8):  # each thread learns the host
            assert ask(shown.edge, target).status == 200
    asked = commands_processed(shown)
    for target in ("/", "/robots.txt", "/favicon.ico", "/.well-known/security.txt",
                   "/.well-known/none"):
        for _ in range(8):
            ask(shown.edge, target)
    assert commands_processed(shown) == asked


def test_the_icon(shown):
    answer = ask(shown.edge, "/favicon.ico")
    assert answer.status == 200 and answer.headers["content-type"] == "image/png"
    assert answer.body.startswith(b"\x89PNG") and "max-age" in answer.headers["cache-control"]


def test_files_of_the_firm_are_read_again(shown, well_known):
    answer = ask(shown.edge, "/.well-known/security.txt")
    assert answer.body.startswith(b"Contact:")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    target = "/.well-known/apple-app-site-association"
    (well_known / "apple-app-site-association").write_text('{"applinks": {}}')
    answer = wait_until(lambda: (a := ask(shown.edge, target)).body[:1] == b"{" and a, "it is read")
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    (well_known / "big").write_bytes(b"x" * 70_000)
    wait_until(lambda: "wellknown.kept" in shown.edge.log_text(), "it is refused")
    assert ask(shown.edge, target).status == 200

    def reloads():
        return shown.edge.log_text().count('"wellknown.reloaded"')
    before = reloads()
    (well_known / "big").unlink()
    wait_until(lambda: reloads() > before, "its end is seen")
    before = reloads()
    shown.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: reloads() > before, "the signal is obeyed")


def test_a_challenge_is_answered_as_soon_as_it_is_laid(shown, well_known):
    """As certbot's webroot has it (ACME, RFC 8555 section 8.3): a folder that comes and goes, and
    nobody sends a signal."""
    target = "/.well-known/acme-challenge/tok_en-1"
    assert ask(shown.edge, target).status == 404
    folder = well_known / "acme-challenge"
    for content in (b"first", b"second"):
        folder.mkdir()
        (folder / "tok_en-1").write_bytes(content)
        wait_until(lambda: ask(shown.edge, target).body == content, "it is seen", 2.0)
        (folder / "tok_en-1").unlink()
        folder.rmdir()
        wait_until(lambda: ask(shown.edge, target).status == 404, "it is gone", 2.0)
    # A file that takes the place of another, as careful programs write.
    (well_known / "new").write_text("Contact: mailto:new@firm.example\n")
    (well_known / "new").rename(well_known / "security.txt")
    wait_until(lambda: b"new@" in ask(shown.edge, "/.well-known/security.txt").body, "the new one",
               2.0)


@pytest.mark.parametrize("language, tag, text", [
    ("de-CH,de;q=0.9,en;q=0.5", "de", "Link nicht gefunden"),
    ("fr", "fr", "Lien introuvable"),
    ("ar", "ar", 'dir="rtl"'),
    ("xx", "en", "Link not found")])
def test_pages_are_in_the_visitors_language(shown, language, tag, text):
    answer = ask(shown.edge, "/nobody", Accept_Language=language)
    assert answer.status == 404 and answer.headers["content-language"] == tag
    assert answer.headers["vary"] == "Accept-Language"
    assert answer.headers["cache-control"] == "no-store"
    page = answer.body.decode()
    assert f'<html lang="{tag}"' in page and text in page


def test_hosts_without_a_record_are_refused_where_that_is_set(make_system):
    system = make_system(edge_settings=[
        "hosts.unknown=refuse", f"links.base_url={BASE}", "lookup.unknown_rate=20",
        "lookup.unknown_address_rate=0"]).start()
    system.add_link("anna7")
    system.redis.hset("wm:domain:brand.example", cookie_domain="brand.example")
    assert ask(system.edge, "/anna7").status == 302  # the host of links.base_url
    assert ask(system.edge, "/anna7", host="brand.example").status == 302
    for target in ("/anna7", "/anna7+", "/", "/robots.txt"):
        assert ask(system.edge, target, host="evil.example").status == 404
    assert system.edge.metric('waymark_http_answers_total{outcome="host_refused"}') == 4

    # A flood of names reaches Redis no faster than unknown codes may, and our hosts stay served.
    asked = commands_processed(system)
    statuses = {ask(system.edge, "/anna7", host=f"h{i}.example").status for i in range(200)}
    assert statuses <= {404, 429} and 429 in statuses
    assert commands_processed(system) - asked < 400  # instead of 200 times four
    assert ask(system.edge, "/anna7", host="brand.example").status == 302

    system.redis.hset("wm:domain:evil.example", root_url="https://firm.example/")
    wait_until_heard(lambda: ask(system.edge, "/anna7", host="evil.example").status == 302)
