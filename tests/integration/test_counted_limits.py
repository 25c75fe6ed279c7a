"""Whatever is too large, too many or unheard of has a counter of its own, and what is in the cache
shows how it is used."""
import time

import pytest

from tests.support.programs import wait_until
from tests.support.rawhttp import Connection

HOST = b"Host: go.example\r\n"


def answers(outcome):
    return f'waymark_http_answers_total{{outcome="{outcome}"}}'


def counted(edge, series, action):
    """By how much the series grew with the action."""
    before = edge.metric(series)
    action()
    return edge.metric(series) - before


@pytest.fixture(scope="module")
def oversized():
    """Requests with something too large, the answer, and who counts."""
    target = b"/try?x=" + b"a" * 4_200
    return [
        ("target", b"GET " + target + b" HTTP/1.1\r\n" + HOST, 414, "target_too_long"),
        ("header", b"GET /try HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 8_200 + b"\r\n", 431,
         "header_too_large"),
        ("many fields", b"GET /try HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 2_000, 431,
         "header_too_large"),
        ("content", b"GET /try HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n", 413,
         "content"),
        ("host", b"GET /try HTTP/1.1\r\nHost: " + b"a" * 300 + b"\r\n", 400, "bad_request"),
        ("version", b"GET /try HTTP/2.0\r\n" + HOST, 505, "version"),
        ("method", b"BREW /try HTTP/1.1\r\n" + HOST, 405, "method"),
        ("code", b"GET /" + b"a" * 65 + b" HTTP/1.1\r\n" + HOST, 404, "unknown")]


def test_oversized_requests_are_counted(system, oversized):
    edge = system.edge
    for what, request, status, outcome in oversized:
        def ask():
            with Connection(edge.port) as connection:
                connection.send(request + b"\r\n")
                assert connection.read_answer().status == status, what
        assert counted(edge, answers(outcome), ask) == 1, what
    assert edge.metric("waymark_link_lookups_total") == 0, "Redis is asked for none of them"


def test_largest_requests_are_served(system):
    """Just below each limit, and all of a browser's fields as long as they may be."""
    edge = system.edge
    edge.warm("/try")
    for target, fields in [
            (b"/try?x=" + b"a" * 4_000, b""),
            (b"/try", b"User-Agent: Mozilla/5.0 " + b"a" * 7_000 + b"\r\n"),
            (b"/try", b"Accept-Language: " + b"xx;q=0.1," * 800 + b"de\r\n"),
            (b"/try", b"Cookie: wm_ref=" + b"a" * 7_500 + b"\r\n"),
            (b"/try", b"Referer: https://" + b"a" * 7_500 + b"\r\n"),
            (b"/try?" + b"a=1&" * 1_000, b"X: 1\r\n" * 400)]:
        with Connection(edge.port) as connection:
            connection.send(b"GET " + target + b" HTTP/1.1\r\n" + HOST + fields + b"\r\n")
            assert connection.read_answer().status == 302, target[:20]


def test_tables_that_are_full_say_what_they_forget(make_system):
    system = make_system(edge_settings=["threads=1", "hosts.max=4", "cache.absences=1024",
                                        "lookup.unknown_address_rate=0"]).start().with_link()
    edge = system.edge
    with Connection(edge.port) as connection:
        for n in range(20):
            assert connection.request("GET", "/try", {"Host": f"h{n}.example"}).status == 302
        wait_until(lambda: edge.metric("waymark_host_evictions_total") > 0, "hosts are forgotten")
        for n in range(1_500):
            assert connection.request("GET", f"/guess{n}").status == 404
        wait_until(lambda: edge.metric("waymark_link_absence_evictions_total") > 0, "absences are")
        assert edge.metric("waymark_link_absences") <= 1_024
        assert edge.metric("waymark_link_cache_evictions_total") == 0
        assert connection.request("GET", "/try").status == 302


def test_the_cache_tells_hits_from_waits_and_how_old_its_links_are(make_system):
    system = make_system(edge_settings=["threads=1", "cache.refresh=2s"]).start().with_link()
    edge = system.edge

    def asked(times):
        for _ in range(times):
            assert edge.get("/try").status == 302

    assert counted(edge, "waymark_link_cache_waits_total", lambda: asked(1)) == 1
    fresh = 'waymark_link_cache_used_total{age="1s"}'
    before = edge.metric(fresh)
    assert counted(edge, "waymark_link_cache_hits_total", lambda: asked(5)) == 5
    assert edge.metric(fresh) - before == 5
    assert edge.metric("waymark_link_cache_entries") <= 1

    time.sleep(1.6)  # the last quarter of cache.refresh
    older = 'waymark_link_cache_used_total{age="4s"}'
    before = edge.metric(older)
    assert counted(edge, "waymark_link_cache_refreshes_total", lambda: asked(1)) == 1
    assert edge.metric(older) - before == 1
    assert counted(edge, "waymark_link_cache_waits_total", lambda: asked(20)) == 0

    system.redis.kill()
    wait_until(lambda: edge.metric("waymark_redis_links_up") == 0, "Redis is away")
    time.sleep(2)  # older than cache.refresh
    assert counted(edge, older, lambda: asked(4)) == 4, "known links go on, and say how old"
