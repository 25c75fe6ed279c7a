"""What the edge answers, case by case."""
import time

import pytest

from tests.support import rawhttp
from tests.support.programs import wait_until
from tests.support.rawhttp import BROWSER

PAUSED = "https://shop.example/later"


@pytest.fixture
def edge(system):
    system.add_campaign("camp_paused", status="paused", fallback_url=PAUSED)
    system.add_campaign("camp_ended", status="ended")
    system.add_campaign("camp_draft", status="draft")
    system.add_campaign("camp_never", status="live", cookies="never")
    system.add_link("paused", status="paused")
    system.add_link("archived", status="archived")
    system.add_link("early", starts_at=int(time.time()) + 3600)
    system.add_link("expired", expires_at=int(time.time()) - 3600, expired_url=PAUSED)
    system.add_link("full", max_clicks=1, full=1)
    system.add_link("pausedcamp", campaign="camp_paused")
    system.add_link("endedcamp", campaign="camp_ended")
    system.add_link("draftcamp", campaign="camp_draft")
    system.add_link("nocookie", campaign="camp_never")
    system.add_link("nocampaign")
    system.add_link("lostcamp", campaign="camp_without_record")
    system.add_link("moved", status_code=307)
    system.add_link("filled", destination="https://shop.example/{code}/{referrer}?c={channel}",
                    referrer="rfr:anna")
    system.add_link("fixed", destination="https://shop.example/?x=firm", query="pass")
    system.add_link("dropping", query="drop")
    system.add_link("fragment", destination="https://shop.example/a#part")
    system.add_link("testing", test=1)
    system.redis.hset("wm:link:go.example/hosted", destination="https://shop.example/own")
    system.redis.hset("wm:link:*/hosted", destination="https://shop.example/every")
    system.redis.hset("wm:link:*/bad1", campaign="camp_demo")
    system.redis.hset("wm:link:*/bad2", destination="javascript:alert(1)")
    system.redis.hset("wm:link:*/bad3", destination="https://user@shop.example/")
    return system.edge


def with_headers(**more):
    return dict(BROWSER, **{name.replace("_", "-"): value for name, value in more.items()})


@pytest.mark.parametrize("code", ["try", "TRY", "try/", "try.", "try,", "try)", "%74ry", "try?a=b"])
def test_spellings_of_a_code_that_resolve(edge, code):
    answer = edge.get(f"/{code}")
    assert answer.status == 302 and answer.set_cookies and answer.click_token()


@pytest.mark.parametrize("code", ["unknown", "a" * 65, "tr%20y", "tr~y", "try/more", "draftcamp",
                                  "bad1", "bad2", "bad3"])
def test_codes_that_are_not_found(edge, code):
    answer = edge.get(f"/{code}")
    assert answer.status == 404
    assert not answer.set_cookies and "location" not in answer.headers


@pytest.mark.parametrize("code, where, outcome", [
    ("paused", None, "paused"), ("archived", None, "paused"), ("early", None, "early"),
    ("expired", PAUSED, "expired"), ("full", None, "full"), ("pausedcamp", PAUSED, "paused"),
    ("endedcamp", None, "ended")])
def test_links_that_are_not_open(system, edge, code, where, outcome):
    answer = edge.get(f"/{code}")
    assert not answer.set_cookies and answer.click_token() is None
    if where is None:
        assert answer.status == 410
    else:
        assert answer.status == 302 and answer.headers["location"] == where

    def row():
        return system.tracker.rows("SELECT * FROM clicks WHERE code = ?", code)
    stored = wait_until(row, "the click is recorded")[0]
    assert stored["outcome"] == outcome


@pytest.mark.parametrize("bot, method, headers", [
    ("head", "HEAD", BROWSER),
    ("prefetch", "GET", with_headers(Sec_Purpose="prefetch")),
    ("prefetch", "GET", with_headers(Purpose="prefetch")),
    ("prefetch", "GET", with_headers(X_Moz="prefetch")),
    ("embed", "GET", with_headers(Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image")),
    ("embed", "GET", with_headers(Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe")),
    ("preview", "GET", {"User-Agent": "WhatsApp/2.23.20.0"}),
    ("crawler", "GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
    ("tool", "GET", {"User-Agent": "curl/7.88.1"}),
    ("tool", "GET", {"User-Agent": None}),
    # Precedence: head, prefetch, embed, then the user agent.
    ("head", "HEAD", with_headers(Sec_Purpose="prefetch")),
    ("prefetch", "GET", with_headers(Sec_Purpose="prefetch", Sec_Fetch_Dest="image")),
    ("embed", "GET", {"User-Agent": "curl/7.88.1", "Sec-Fetch-Mode": "cors"})])
def test_requests_that_are_recorded_and_not_counted(system, edge, bot, method, headers):
    answer = rawhttp.get(edge.port, "/try", headers, method)
    assert answer.status == 302
    assert not answer.set_cookies
    click = system.click(answer.click_token())
    assert click["bot"] == bot
    assert click["counted"] is False and click["why"] == bot


def test_a_top_level_navigation_counts(system, edge):
    headers = with_headers(Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document")
    answer = rawhttp.get(edge.port, "/try", headers)
    assert answer.set_cookies
    assert system.click(answer.click_token())["counted"] is True


def test_privacy_signal_sets_no_cookie(system, edge):
    answer = rawhttp.get(edge.port, "/try", with_headers(Sec_GPC="1"))
    assert answer.status == 302 and not answer.set_cookies
    click = system.click(answer.click_token())
    assert click["visitor"] is None and click["ipk"] is None


def test_a_campaign_may_set_no_cookies(edge):
    answer = edge.get("/nocookie")
    assert answer.status == 302 and not answer.set_cookies and answer.click_token()


@pytest.mark.parametrize("code", ["nocampaign", "lostcamp"])
def test_defaults_without_a_campaign_record(edge, code):
    assert "Max-Age=5184000" in edge.get(f"/{code}").set_cookies[0]


@pytest.mark.parametrize("target, location", [
    ("/moved", "https://shop.example/welcome?wm_click="),
    ("/filled?c=email", "https://shop.example/filled/rfr%3Aanna?c=email&wm_click="),
    ("/fixed?x=visitor&y=2", "https://shop.example/?x=firm&y=2&wm_click="),
    ("/try?c=email&s=abc&wm_click=forged&z=1", "https://shop.example/welcome?z=1&wm_click="),
    ("/dropping?z=1", "https://shop.example/welcome?wm_click="),
    ("/hosted", "https://shop.example/own?wm_click=")])
def test_destinations(edge, target, location):
    assert edge.get(target).headers["location"].startswith(location)


def test_a_fragment_stays_last(edge):
    location = edge.get("/fragment").headers["location"]
    assert location.startswith("https://shop.example/a?wm_click=") and location.endswith("#part")


def test_status_code_of_the_link(edge):
    assert edge.get("/moved").status == 307


def test_a_link_of_one_host_wins_there_alone(edge):
    other = rawhttp.get(edge.port, "/hosted", with_headers(Host="other.example"))
    assert other.headers["location"].startswith("https://shop.example/every?")


def test_test_mode_is_marked_and_not_counted(system, edge):
    click = system.click(edge.get("/testing").click_token())
    assert click["test"] is True and click["counted"] is False and click["why"] == "test"


def test_channel_and_share_tag(system, edge):
    click = system.click(edge.get("/try?c=qr&s=tag1").click_token())
    assert click["channel"] == "qr" and click["share"] == "tag1"
    headers = with_headers(Referer="https://news.example/page")
    click = system.click(rawhttp.get(edge.port, "/try", headers).click_token())
    assert click["channel"] == "news.example" and click["ref"] == "news.example"
    assert system.click(edge.get("/try").click_token())["channel"] == "direct"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_other_methods(edge, method):
    answer = edge.get("/try", method=method)
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path, status", [("/robots.txt", 200), ("/favicon.ico", 200), ("/", 200),
                                          ("/.well-known/x", 404)])
def test_paths_that_are_never_codes(edge, path, status):
    answer = edge.get(path)
    assert answer.status == status and not answer.set_cookies


@pytest.mark.parametrize("request_bytes, status", [
    (b"GET /try HTTP/1.1\r\n\r\n", 400),
    (b"GET /try HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET /try HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    (b"GET /try#x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /tr\xffy HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET try HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET  /try HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /try HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", 400),
    (b"GET /try HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
    (b"GET /try HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 413),
    (b"GET /try HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    (b"GET /try HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413),
    (b"GET /try HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414)])
def test_broken_http_is_refused_and_closed(edge, request_bytes, status):
    with rawhttp.Connection(edge.port) as connection:
        connection.send(request_bytes)
        answer = connection.read_answer()
        assert answer.status == status
        assert answer.headers.get("connection") == "close"
        assert connection.closed_by_peer()


def test_pipelined_requests_are_answered_in_order(edge):
    with rawhttp.Connection(edge.port) as connection:
        connection.send(b"GET /unknown HTTP/1.1\r\nHost: a\r\n\r\n"
                        b"GET /try HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.read_answer().status == 404
        assert connection.read_answer().status == 302


def test_http_1_0_closes(edge):
    with rawhttp.Connection(edge.port) as connection:
        connection.send(b"GET /try HTTP/1.0\r\nHost: a\r\n\r\n")
        assert connection.read_answer().status == 302
        assert connection.closed_by_peer()


def test_known_links_work_while_redis_is_away(system, edge):
    edge.warm("/try")
    system.redis.kill()
    for _ in range(10):
        assert edge.get("/try").status == 302
    answer = edge.get("/nocampaign")
    assert answer.status == 503 and answer.headers["retry-after"] == "1"
