"""links.origin = tracker: Redis holds a part of the links, the tracker's store all of them."""
import contextlib
import time

import pytest

from tests.support.programs import RedisServer, wait_until, wait_until_heard
from tests.support.rawhttp import BROWSER, Connection

ORIGIN = "links.origin=tracker"
PAGE = "https://shop.example/"
WANTS_MAX = 10_000


@pytest.fixture
def start(make_system, folder):
    """Starts a system with links in a Redis of their own, so that it may evict; takes settings of
    the edge."""
    def run(*settings):
        (folder / "links").mkdir()
        cache = RedisServer(folder / "links", "--maxmemory-policy", "allkeys-lru",
                            "--appendonly", "no")
        running = make_system(edge_settings=[ORIGIN, f"redis.links={cache.url}", *settings],
                              tracker_settings=[ORIGIN, f"redis.links={cache.url}"])
        running.more.append(cache)
        running.cache = cache
        return running.start()
    return run


@pytest.fixture
def system(start):
    return start()


def make_link(system, code, **fields):
    status, link = system.tracker.api("POST", "/v1/links",
                                      {"destination": PAGE + code, "code": code, **fields})
    assert status == 201, link
    return link


def forget(system):
    """Redis loses all records, as a cache may."""
    client = system.cache.client()
    for prefix in ("link", "campaign", "domain"):
        for key in client.command("KEYS", f"wm:{prefix}:*"):
            client.command("DEL", key)
    client.close()


def info(system, section, field):
    text = system.cache.command("INFO", section)
    return text.partition(f"{field}:")[2].partition("\r\n")[0]


def wants(system):
    return system.edge.metric("waymark_link_wants_total")


def landing(answer):
    return answer.headers.get("location", "").partition("?")[0]


def test_a_link_that_redis_lacks_comes_from_the_tracker(system):
    make_link(system, "anna")
    forget(system)
    answer = system.edge.get("/anna")
    assert answer.status == 302 and landing(answer) == PAGE + "anna"
    assert system.cache.hgetall("wm:link:*/anna")["destination"] == PAGE + "anna"
    assert system.cache.command("TTL", "wm:link:*/anna") == -1
    # Again, where it heard of the loss only after it had asked.
    asked = wants(system)
    assert asked in (1, 2)
    for _ in range(20):
        assert system.edge.get("/anna").status == 302
    assert wants(system) == asked


def test_a_code_that_nobody_knows_is_unknown_for_a_while(system):
    assert system.edge.get("/nobody").status == 404
    assert system.cache.hgetall("wm:link:*/nobody") == {"absent": "1"}
    assert 0 < system.cache.command("TTL", "wm:link:*/nobody") <= 30
    asked = wants(system)
    for _ in range(20):
        assert system.edge.get("/nobody").status == 404
    assert wants(system) == asked
    make_link(system, "nobody")
    wait_until_heard(lambda: system.edge.get("/nobody").status == 302)


def test_a_link_of_one_host_wins_there_alone(system):
    make_link(system, "bound")
    make_link(system, "bound", destination=PAGE + "own", host="a.example")
    forget(system)
    assert landing(system.edge.get("/bound", {"Host": "b.example"})) == PAGE + "bound"
    assert landing(system.edge.get("/bound", {"Host": "a.example"})) == PAGE + "own"
    assert landing(system.edge.get("/bound", {"Host": "b.example"})) == PAGE + "bound"


def test_the_campaign_and_the_domain_come_with_the_link(system):
    system.tracker.api("POST", "/v1/campaigns", {"id": "camp_over"})
    system.tracker.api("PATCH", "/v1/campaigns/camp_over", {"status": "ended"})
    system.tracker.api("POST", "/v1/domains",
                       {"host": "a.example", "fallback_url": "https://a.example.org/home"})
    make_link(system, "over", campaign="camp_over")
    forget(system)
    assert system.edge.get("/over").status == 410
    assert landing(system.edge.get("/nothing", {"Host": "a.example"})) == \
        "https://a.example.org/home"


def test_a_domain_that_is_taken_away_is_gone_at_once(system):
    system.tracker.api("POST", "/v1/domains",
                       {"host": "a.example", "root_url": "https://a.example.org/home"})

    def root():
        return system.edge.get("/", {"Host": "a.example"}).status
    assert root() == 302
    system.cache.command("DEL", "wm:domain:a.example")
    assert system.tracker.api("DELETE", "/v1/domains/a.example")[0] == 200
    wait_until_heard(lambda: root() == 200)


def test_a_domain_that_redis_evicts_stays_as_it_is(system):
    """A change is announced with a life of a minute: its end must not end the domain."""
    system.tracker.api("POST", "/v1/domains",
                       {"host": "a.example", "root_url": "https://a.example.org/home",
                        "fallback_url": "https://a.example.org/lost"})

    def answers():
        return {system.edge.get(target, {"Host": "a.example"}).status for target in ("/", "/none")}
    assert answers() == {302}
    before = system.edge.metric("waymark_link_invalidations_total")
    system.cache.command("DEL", "wm:domain:a.example")
    wait_until(lambda: system.edge.metric("waymark_link_invalidations_total") > before,
               "the edge has heard")
    for _ in range(50):
        assert answers() == {302}


def test_an_alias_in_the_store_comes_with_its_target(system):
    make_link(system, "anna")
    system.cache.hset("wm:link:*/anya", alias_of="anna")
    system.cache.command("DEL", "wm:link:*/anna")
    assert landing(system.edge.get("/anya")) == PAGE + "anna"


def test_a_redis_that_evicts_costs_no_link(system):
    codes = [f"big{n}" for n in range(150)]
    for code in codes:
        make_link(system, code, description="x" * 4_000)
    used = int(info(system, "memory", "used_memory"))
    system.cache.command("CONFIG", "SET", "maxmemory", str(used - 300_000))
    for _ in range(2):
        for code in codes:
            assert system.edge.get(f"/{code}").status == 302, code
    assert int(info(system, "stats", "evicted_keys")) > 0
    assert system.edge.metric('waymark_http_answers_total{outcome="unavailable"}') == 0


def test_known_links_do_not_wait_for_a_tracker_that_is_away(system):
    make_link(system, "anna")
    system.edge.warm("/anna")
    system.tracker.kill()
    forget(system)
    with Connection(system.edge.port) as connection:
        slowest = 0.0
        for _ in range(50):
            begin = time.monotonic()
            assert connection.request("GET", "/anna", BROWSER).status == 302
            slowest = max(slowest, time.monotonic() - begin)
    assert slowest < 0.2, "lookup.deadline is 250 ms"
    assert system.edge.get("/other").status == 503
    system.tracker.start()
    wait_until(lambda: system.edge.get("/other").status == 404, "the tracker answers again")


def test_a_scan_while_the_tracker_is_away_is_held_back(start):
    """Each code asked for in vain costs Redis more than one that is answered."""
    budget, guesses = 20, 200
    system = start(f"lookup.unknown_rate={budget}")
    make_link(system, "anna")
    system.edge.warm("/anna")
    system.tracker.kill()
    begin, statuses = time.monotonic(), []
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(Connection(system.edge.port)) for _ in range(16)]
        for first in range(0, guesses, len(connections)):
            for n, connection in enumerate(connections, first):
                connection.send(f"GET /guess{n} HTTP/1.1\r\nHost: go.example\r\n\r\n".encode())
            statuses += [connection.read_answer().status for connection in connections]
    allowed = budget + budget * (time.monotonic() - begin) + len(connections)
    assert set(statuses) == {503, 429}
    assert statuses.count(503) <= allowed and wants(system) <= 2 * allowed
    assert system.edge.get("/anna").status == 302


def test_the_list_of_wants_is_bounded(system):
    system.tracker.kill()
    client = system.cache.client()
    client.pipeline([["RPUSH", "wm:want", f"go.example/w{n}"] for n in range(WANTS_MAX)])
    assert system.edge.get("/onemore").status == 503
    wait_until(lambda: client.command("LLEN", "wm:want") == WANTS_MAX, "the list is cut")
    client.close()
    assert system.edge.metric("waymark_link_wants_refused_total") == 1
    system.tracker.start()
    wait_until(lambda: system.edge.get("/onemore").status == 404, "the list is worked off")


def test_changes_are_seen_by_every_thread_whether_redis_holds_the_link_or_not(system):
    """Within 100 ms of the answer of the API, which waits for Redis."""
    link = make_link(system, "anna")
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(Connection(system.edge.port)) for _ in range(16)]

        def statuses():
            return {each.request("GET", "/anna", BROWSER).status for each in connections}

        wanted = {"paused": {410}, "active": {302}}
        wait_until(lambda: statuses() == {302}, "every thread knows it")
        for held in (True, False):
            for status in ("paused", "active"):
                if not held:
                    system.cache.command("DEL", "wm:link:*/anna")
                    assert len(statuses()) == 1
                    system.cache.command("DEL", "wm:link:*/anna")
                system.tracker.api("PATCH", f"/v1/links/{link['id']}", {"status": status})
                begin = time.monotonic()
                wait_until_heard(lambda: statuses() == wanted[status])
                print(f"{status}, {'held' if held else 'not held'} by Redis: seen by every thread "
                      f"after {1_000 * (time.monotonic() - begin):.1f} ms (promised 100)")


def test_what_changed_while_the_tracker_could_not_tell_is_mended(system):
    """A Redis that lost the tracker's place in the changes may hold records that are old."""
    make_link(system, "anna")
    assert system.edge.get("/anna").status == 302
    system.cache.hset("wm:link:*/anna", status="paused")
    assert system.cache.command("EXISTS", "wm:filled") == 1
    wait_until_heard(lambda: system.edge.get("/anna").status == 410)
    make_link(system, "never-asked-for")
    system.cache.command("DEL", "wm:link:*/never-asked-for", "wm:filled")
    wait_until(lambda: system.edge.get("/anna").status == 302, "the record is as in the store")
    assert system.cache.command("EXISTS", "wm:link:*/never-asked-for") == 0
