"""Sentinels put a replica in the place of a dead master, under load: nothing is lost."""
import pytest

from tests.support.invariants import assert_all_stored_once, assert_settled
from tests.support.load import Load
from tests.support.programs import wait_until
from tests.support.redis_sentinel import SentinelSystem

CLICKS = 300


@pytest.fixture
def sentinels(folder):
    made = SentinelSystem(folder)
    yield made
    made.kill()


@pytest.fixture
def system(make_system, sentinels):
    running = make_system(redis=sentinels).start()
    status, _ = running.tracker.api("POST", "/v1/links", {"code": "try",
                                                          "destination": "https://shop.example/"})
    assert status == 201
    wait_until(lambda: running.edge.get("/try").status == 302, "the link is known")
    return running


def test_a_failover_under_load(system, sentinels):
    system.edge.warm("/try")
    with Load([system.edge.port], ["/try"]) as load:
        victim = sentinels.kill_master_under(load, CLICKS)
        victim.start()  # the Sentinels make a replica of it
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_a_change_of_masters_on_purpose(system, sentinels):
    """The old master lives on as a replica: nobody may keep to it."""
    system.edge.warm("/try")
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        old = sentinels.master()
        sentinels.sentinels[0].command("SENTINEL", "FAILOVER", "waymark")
        sentinels.wait_other_master(old)
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)
    link = system.tracker.api("GET", "/v1/links?code=try")[1]["data"][0]
    system.tracker.api("PATCH", f"/v1/links/{link['id']}",
                       {"destination": "https://shop.example/new"})
    wait_until(lambda: "/new" in system.edge.get("/try").headers["location"], "the change")
