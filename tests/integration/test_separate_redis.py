"""Links in a cache that evicts, clicks in a server that does not."""
from tests.support.invariants import assert_all_stored_once
from tests.support.load import Load
from tests.support.programs import RedisServer, wait_until

LINKS = 400


def test_links_in_a_cache_that_evicts(folder, make_system):
    cache = RedisServer(folder, "--maxmemory-policy", "allkeys-lru", "--maxmemory-samples", "10",
                        name="redis-links")
    try:
        settings = [f"redis.links={cache.url}", "links.origin=tracker"]
        system = make_system(edge_settings=[*settings, "cache.bytes=1MiB"],
                             tracker_settings=settings).start()
        for n in range(LINKS):
            status, _ = system.tracker.api(
                "POST", "/v1/links", {"code": f"c{n}", "title": "x" * 100,
                                      "destination": f"https://shop.example/{n}"})
            assert status == 201
        used = int(cache.command("INFO", "memory").split("used_memory:")[1].split("\r")[0])
        cache.command("CONFIG", "SET", "maxmemory", used)
        with Load([system.edge.port], [f"/c{n}" for n in range(LINKS)]) as load:
            load.run_until(2 * LINKS)
            cache.command("FLUSHALL")
            load.run_until(LINKS)
        assert_all_stored_once(system, load.tokens)
        assert cache.command("EXISTS", "wm:clicks:{0}", "wm:stream", "wm:committed") == 0
        assert system.redis.command("EXISTS", "wm:filled", "wm:want") == 0
        wait_until(lambda: system.edge.get("/c1").status == 302, "links are fetched again")
    finally:
        cache.kill()
