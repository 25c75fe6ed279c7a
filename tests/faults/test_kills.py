"""Programs killed with SIGKILL under load: every click whose answer was sent is stored once."""
import time

import pytest

from tests.support.invariants import assert_all_stored_once
from tests.support.load import Load
from tests.support.programs import wait_until
from tests.support.system import Edge, ready

ROUNDS = 3
CLICKS = 300


def test_edge_killed(system):
    with Load([system.edge.port], ["/try"]) as load:
        for _ in range(ROUNDS):
            load.run_until(CLICKS)
            system.edge.kill()
            system.edge.start()
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)


def test_tracker_killed(system):
    with Load([system.edge.port], ["/try"]) as load:
        for pause in (0.0, 0.05, 0.3):
            load.run_until(CLICKS)
            system.tracker.kill()
            time.sleep(pause)
            system.tracker.start()
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)


def test_redis_killed(system):
    with Load([system.edge.port], ["/try"]) as load:
        for pause in (0.0, 0.5, 1.5):
            load.run_until(CLICKS)
            system.redis.kill()
            time.sleep(pause)
            load.run_until(CLICKS)  # visitors notice nothing
            system.redis.start()
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)


def test_everything_killed_at_once(system):
    with Load([system.edge.port], ["/try"]) as load:
        for _ in range(ROUNDS):
            load.run_until(CLICKS)
            for program in (system.redis, system.tracker, system.edge):
                program.kill()
            system.redis.start()
            system.tracker.start()
            system.edge.start()
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)


def test_what_a_dead_edge_left_is_adopted_by_another(system):
    """The other edge shares the journal folder and has another name and thread count."""
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        system.redis.kill()
        load.run_until(CLICKS)  # in the journal alone
        system.edge.kill()
    system.redis.start()
    other = Edge(system.folder, system.redis.url, system.keys, name="edge-2",
                 journal=system.edge.journal, settings=["threads=1"])
    system.more.append(other)
    other.start()
    assert_all_stored_once(system, load.tokens)
    system.edge.start()
    wait_until(lambda: system.edge.get("/try").status == 302, "the edge serves again")


def test_two_edges_on_one_journal_folder(system):
    other = Edge(system.folder, system.redis.url, system.keys, name="edge-2",
                 journal=system.edge.journal)
    system.more.append(other)
    other.start()
    with Load([system.edge.port, other.port], ["/try"]) as load:
        load.run_until(CLICKS)
        system.edge.kill()
        load.run_until(CLICKS)
        system.edge.start()
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)


def test_edge_that_starts_without_redis_serves_once_it_is_there(system):
    system.edge.kill()
    system.redis.kill()
    system.edge.start(wait=False)
    system.edge.wait_ready(lambda: ready(system.edge.admin) or answers(system.edge))
    assert system.edge.get("/try").status == 503
    system.redis.start()
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)


def answers(edge):
    try:
        return edge.get("/try").status
    except OSError:
        return None


def test_visitors_wait_for_no_edge_that_ends_without_redis(system):
    """What it owes is in the journal; shutdown.ship (10 s) is for a Redis that takes it."""
    system.edge.warm("/try")
    system.redis.kill()
    wait_until(lambda: system.edge.metric("waymark_ship_up") == 0, "Redis is away")
    tokens = [system.edge.get("/try").click_token() for _ in range(20)]
    time.sleep(2.5)  # it might come back
    ending = time.monotonic()
    assert system.edge.end() == 0
    assert time.monotonic() - ending < 5
    system.edge.start(wait=False)
    wait_until(lambda: answers(system.edge) == 302, "links are served from the snapshot")
    system.redis.start()
    assert_all_stored_once(system, tokens)


@pytest.mark.parametrize("signal", [2, 15])
def test_edge_stopped_in_good_order_under_load(system, signal):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        assert system.edge.end(signal) == 0
        system.edge.start()
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)
