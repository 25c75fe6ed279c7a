"""What the edge answers, row by row.

One test for each row of the table of answers; its text stands above the test's doings.
"""
import re
import shutil
import subprocess
import time

import pytest

from tests.support import rawhttp
from tests.support.programs import wait_until
from tests.support.shared_system import (CODE, LATE, PAST, SHOP, ask, clicks_of, running_system,
                                         system_of_rows)

FUTURE = 9_000_000_000
OVER = "https://shop.example/over"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
BINGBOT = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"


@pytest.fixture(scope="module")
def system():
    with system_of_rows() as running:
        yield running


def assert_redirect(answer, cookie):
    assert answer.status == 302
    assert answer.headers["location"] == f"{SHOP}?wm_click={answer.click_token()}"
    assert (answer.cookie() is not None) == cookie
    names = {"date", "location", "cache-control", "referrer-policy", "x-robots-tag",
             "content-length"} | ({"set-cookie"} if cookie else set())
    assert set(answer.headers) == names
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["content-length"] == "0" and answer.body == b""


def assert_class(system, answer, name):
    """Recorded as that class, and not counted."""
    click = system.click(answer.click_token())
    assert click["bot"] == name and click["counted"] is False


def test_active(system):
    """GET /{code}, active: 302, Date, Location, Set-Cookie, Cache-Control: private, no-store,
    Referrer-Policy, X-Robots-Tag: noindex, Content-Length: 0."""
    answer = ask(system, f"/{CODE}")
    assert_redirect(answer, cookie=True)
    assert re.fullmatch(r"wm_ref=1\.[\w-]+\.[\w-]+\.[\w-]+; Path=/; Max-Age=2592000; HttpOnly; "
                        "SameSite=Lax", answer.set_cookies[0])  # a trial: without Secure
    click = system.click(answer.click_token())
    assert click["bot"] is None and click["counted"] is True


def test_head(system):
    """HEAD /{code}: the same headers, no cookie; recorded as `head`, not counted."""
    answer = ask(system, f"/{CODE}", "HEAD")
    assert_redirect(answer, cookie=False)
    assert_class(system, answer, "head")


@pytest.mark.parametrize("fields", [
    {"Sec_Fetch_Mode": "no-cors"}, {"Sec_Fetch_Mode": "cors"}, {"Sec_Fetch_Mode": "websocket"},
    {"Sec_Fetch_Dest": "image"}, {"Sec_Fetch_Dest": "iframe"}, {"Sec_Fetch_Dest": "empty"},
    {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
    {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "document"}], ids=str)
def test_embedded(system, fields):
    """Sec-Fetch-Mode present and not navigate, or Sec-Fetch-Dest present and not document:
    redirect without a cookie; recorded as `embed`, not counted."""
    answer = ask(system, f"/{CODE}", **fields)
    assert_redirect(answer, cookie=False)
    assert_class(system, answer, "embed")


@pytest.mark.parametrize("fields", [
    {"Sec_Purpose": "prefetch"}, {"Sec_Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"},
    {"X_Moz": "prefetch"}, {"X_Purpose": "preview"}], ids=str)
def test_prefetch(system, fields):
    """Prefetch (Sec-Purpose, Purpose, X-Moz, X-Purpose): redirect without a cookie; recorded as
    `prefetch`, not counted."""
    answer = ask(system, f"/{CODE}", **fields)
    assert_redirect(answer, cookie=False)
    assert_class(system, answer, "prefetch")


@pytest.mark.parametrize("agent", [
    "facebookexternalhit/1.1", "WhatsApp/2.23.20.0", "Twitterbot/1.0", "Slackbot-LinkExpanding 1.0",
    "TelegramBot (like TwitterBot)"])
def test_preview(system, agent):
    """Preview agent: Open Graph page when the link has `title`, else redirect; no cookie; recorded
    as `preview`, not counted."""
    answer = ask(system, f"/{CODE}", headers={"User-Agent": agent})
    assert_redirect(answer, cookie=False)
    assert_class(system, answer, "preview")
    answer = ask(system, "/card", headers={"User-Agent": agent})
    assert answer.status == 200 and b"og:title" in answer.body and not answer.set_cookies
    assert answer.headers["content-type"].startswith("text/html")
    assert all(row["bot"] == "preview" for row in clicks_of(system, "card"))


@pytest.mark.parametrize("agent, name", [
    (GOOGLEBOT, "crawler"), (BINGBOT, "crawler"), ("curl/7.88.1", "tool"),
    ("python-requests/2.31.0", "tool"), ("Go-http-client/1.1", "tool"), ("", "tool"),
    (None, "tool")])
def test_crawler_and_tool(system, agent, name):
    """Known crawler, mail scanner, HTTP library or tool, empty user agent: redirect without a
    cookie; recorded as `crawler`, `scanner`, `tool`, not counted."""
    answer = ask(system, f"/{CODE}", headers={"User-Agent": agent})
    assert_redirect(answer, cookie=False)
    assert_class(system, answer, name)


@pytest.mark.parametrize("agent", [
    "Mozilla/5.0 (compatible; BarracudaCentral Link Scanner)",
    "Mozilla/5.0 (compatible; proofpoint-urldefense-scanner/1.0)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Mimecast-URL-Protect/1.4"])
def test_mail_scanner(system, agent):
    answer = ask(system, f"/{CODE}", headers={"User-Agent": agent})
    assert_redirect(answer, cookie=False)
    assert_class(system, answer, "scanner")


PREVIEW, SCANNER, TOOL = "facebookexternalhit/1.1", "BarracudaCentral Link Scanner", "curl/8.0"


@pytest.mark.parametrize("method, fields, name", [
    ("HEAD", {"Sec_Purpose": "prefetch", "Sec_Fetch_Dest": "image", "User_Agent": PREVIEW}, "head"),
    ("HEAD", {"Sec_Fetch_Dest": "image"}, "head"),
    ("GET", {"Sec_Purpose": "prefetch", "Sec_Fetch_Dest": "image", "User_Agent": PREVIEW},
     "prefetch"),
    ("GET", {"Sec_Purpose": "prefetch", "User_Agent": TOOL}, "prefetch"),
    ("GET", {"Sec_Fetch_Dest": "image", "User_Agent": PREVIEW}, "embed"),
    ("GET", {"User_Agent": f"{TOOL} {SCANNER} {GOOGLEBOT} {PREVIEW}"}, "preview"),
    ("GET", {"User_Agent": f"{TOOL} {SCANNER} {GOOGLEBOT}"}, "crawler"),
    ("GET", {"User_Agent": f"{TOOL} {SCANNER}"}, "scanner"),
    ("GET", {"User_Agent": TOOL}, "tool")])
def test_precedence(system, method, fields, name):
    """Class precedence: head, prefetch, embed, then by user agent preview, crawler, scanner,
    tool."""
    assert_class(system, ask(system, f"/{CODE}", method, **fields), name)


def test_unknown_code(system):
    """Unknown code: 404 small page, or 302 to the domain's fallback_url; a miss, no click."""
    answer = ask(system, "/nobody")
    assert answer.status == 404 and answer.headers["content-type"].startswith("text/html")
    assert 0 < len(answer.body) < 4096 and not answer.set_cookies
    assert answer.headers["cache-control"] == "no-store"
    answer = ask(system, "/nobody", Host="fallback.example")
    assert answer.status == 302 and answer.headers["location"] == "https://shop.example/oops"
    assert not answer.set_cookies
    system.click(ask(system, f"/{CODE}").click_token())  # a later click is in the store
    assert not system.tracker.rows("SELECT 1 FROM clicks WHERE code = 'nobody'")


@pytest.mark.parametrize("fields, outcome", [
    ({"status": "paused"}, "paused"), ({"status": "archived"}, "paused"),
    ({"starts_at": FUTURE}, "early"), ({"expires_at": PAST}, "expired"),
    ({"campaign": "camp_ended"}, "ended"), ({"campaign": "camp_paused"}, "paused"),
    ({"max_clicks": 1, "full": 1}, "full")], ids=str)
def test_not_open(system, fields, outcome):
    """Paused, not started, expired, ended, full: expired_url or fallback_url with no cookie and no
    token, else 410; recorded with `outcome`, not counted."""
    for campaign in ("", "_over"):
        more = {"fallback_url": OVER} if campaign else {}
        system.add_campaign(f"camp_ended{campaign}", status="ended", **more)
        system.add_campaign(f"camp_paused{campaign}", status="paused", **more)
        system.add_campaign(f"camp_live{campaign}", status="live", **more)
    code = "closed-" + "-".join(re.sub(r"\W", "", f"{key}{value}") for key, value in fields.items())
    fields = {"campaign": "camp_live", **fields}
    ways = {"": ({}, None), "-over": ({"campaign": fields["campaign"] + "_over"}, OVER),
            "-url": ({"expired_url": LATE, "campaign": fields["campaign"] + "_over"}, LATE)}
    for suffix, (more, where) in ways.items():
        system.add_link(f"{code}{suffix}".lower(), destination=SHOP, **{**fields, **more})
        answer = ask(system, f"/{code}{suffix}")
        assert answer.status == (302 if where else 410)
        assert answer.headers.get("location") == where, "and no token"
        assert not answer.set_cookies
        row = clicks_of(system, f"{code}{suffix}".lower())[0]
        assert row["outcome"] == outcome and row["bot"] is None
        status, click = system.tracker.api("GET", f"/v1/clicks/{row['id']}")
        assert status == 200 and click["counted"] is False and click["why"] == outcome


@pytest.mark.parametrize("path", ["a" * 65, "a b".replace(" ", "%20"), "a~b", "a/b", "%00", "a%2fb",
                                  "%c3%a4", "..", "a" * 3000])
def test_no_code(system, path):
    """Path longer than allowed, bad alphabet: 404, Redis not asked."""
    before = system.edge.metric("waymark_link_lookups_total")
    assert ask(system, f"/{path}").status == 404
    assert system.edge.metric("waymark_link_lookups_total") == before


def test_where_a_link_leads(system):
    """/{code}+: page that shows where the link leads; no click."""
    before = system.edge.metric("waymark_clicks_journalled_total")
    answer = ask(system, f"/{CODE}+")
    assert answer.status == 200 and SHOP in answer.body.decode()
    assert not answer.set_cookies
    assert system.edge.metric("waymark_clicks_journalled_total") == before
    assert ask(system, "/nobody+").status == 404


def test_qr_code(system):
    """/{code}.svg, /{code}.png: QR code of the short link with c=qr; known links only."""
    picture = ask(system, f"/{CODE}.svg")
    assert picture.status == 200 and picture.headers["content-type"].startswith("image/svg+xml")
    assert b"<svg" in picture.body and not picture.set_cookies
    picture = ask(system, f"/{CODE}.png", Host="evil.example")
    assert picture.status == 200 and picture.headers["content-type"] == "image/png"
    if shutil.which("zbarimg"):
        file = system.folder / "qr.png"
        file.write_bytes(picture.body)
        read = subprocess.run(["zbarimg", "--raw", "-q", file], capture_output=True, text=True,
                              check=True, timeout=20)
        # The base is a setting, never the Host that was asked for.
        assert read.stdout.strip() == f"https://go.example/{CODE}?c=qr"
    assert ask(system, "/nobody.svg").status == 404
    assert ask(system, "/nobody.png").status == 404


@pytest.mark.parametrize("path", ["/robots.txt", "/favicon.ico", "/", "/.well-known/security.txt"])
def test_never_a_code(system, path):
    """/robots.txt, /favicon.ico, /, /.well-known/*: served or configured; never a code."""
    clicks = system.edge.metric("waymark_clicks_journalled_total")
    answer = ask(system, path)
    assert answer.status in (200, 204, 302, 404) and not answer.set_cookies
    assert answer.click_token() is None
    assert system.edge.metric("waymark_clicks_journalled_total") == clicks


def test_robots_and_favicon_are_served(system):
    assert ask(system, "/robots.txt").status == 200
    assert ask(system, "/favicon.ico").status in (200, 204)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_method(system, method):
    """Other method: 405 with Allow: GET, HEAD."""
    answer = ask(system, f"/{CODE}", method)
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD"


def test_redis_away(make_system):
    """Redis away, code not cached: 503 with Retry-After: 1, within lookup.deadline (250 ms)."""
    system = make_system(edge_settings=["lookup.deadline=250ms"]).start()
    system.add_link(CODE, destination=SHOP)
    system.edge.warm(f"/{CODE}")
    system.redis.kill()
    begin = time.monotonic()
    answer = ask(system, "/later")
    assert answer.status == 503 and answer.headers["retry-after"] == "1"
    assert time.monotonic() - begin < 2, "bounded, on a busy machine, too"
    assert ask(system, f"/{CODE}").status == 302


def test_too_many_unknown_codes(make_system):
    """Too many unknown codes from one address, or past the global budget: 429 with Retry-After."""
    system = make_system(edge_settings=["lookup.unknown_rate=5"]).start()
    system.add_link(CODE, destination=SHOP)
    system.edge.warm(f"/{CODE}")
    statuses = [ask(system, f"/guess{number}").status for number in range(120)]
    assert set(statuses) == {404, 429}
    answer = wait_until(lambda: refused(system), "the budget is used up")
    assert int(answer.headers["retry-after"]) >= 1
    assert ask(system, f"/{CODE}").status == 302, "known links are served"


def refused(system):
    answer = ask(system, f"/guess{time.monotonic_ns()}")
    return answer if answer.status == 429 else None


@pytest.mark.parametrize("request_bytes, status", [
    (b"GET /row HTTP/1.1\r\n\r\n", 400), (b"nonsense\r\n\r\n", 400),
    (b"GET /row HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET /row HTTP/3.0\r\nHost: a\r\n\r\n", 505)],
    ids=["no host", "no HTTP", "431", "414", "505"])
def test_broken_http(system, request_bytes, status):
    """Broken HTTP: 400 (431, 414, 505 where they fit) and close, per RFC 9110 and 9112. The cases
    are in tests/conformance."""
    with rawhttp.Connection(system.edge.port) as connection:
        connection.send(request_bytes)
        answer = connection.read_answer()
        assert answer.status == status and answer.headers["connection"] == "close"
        assert connection.closed_by_peer()
