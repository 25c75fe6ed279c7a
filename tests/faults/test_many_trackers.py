"""Several trackers on one PostgreSQL: they share the work, and whichever of them dies, stands still,
ends or comes, every click is stored once."""
import signal

import pytest

from tests.support.invariants import assert_all_stored_once, assert_settled
from tests.support.load import Load
from tests.support.postgres_server import PostgresServer
from tests.support.programs import wait_until

CLICKS = 300
LEASE = 15.0  # seconds; what a dead tracker had is waited for so long, and some more
GROUP = ("wm:clicks:{0}", "tracker")


@pytest.fixture
def system(make_system, folder):
    """A running system whose store is PostgreSQL, with one campaign and one link, `try`."""
    postgres = PostgresServer(folder)
    try:
        running = make_system(postgres=postgres).start()
        running.add_campaign("camp_demo", status="live", window_days="30")
        running.add_link("try", campaign="camp_demo", referrer="rfr_anna")
        yield running
    finally:
        postgres.end(signal.SIGQUIT)


@pytest.fixture
def trackers(system):
    """Three, all running."""
    made = [system.tracker, system.add_tracker(), system.add_tracker()]
    for tracker in made[1:]:
        tracker.start()
    for tracker in made:
        wait_until(lambda t=tracker: holds(t, "tracker"), "it has a slot")
        wait_until(lambda t=tracker: name_of(t) in pending(system.redis), "it reads")
    yield made
    for tracker in made:  # a test may have made another one the system's
        tracker.kill()


def holds(tracker, lease):
    return tracker.metric(f'waymark_lease_held{{lease="{lease}"}}') == 1


def stored(tracker):
    return tracker.metric('waymark_drain_lines_total{result="stored"}')


def name_of(tracker):
    """Its slot's name, as it says itself."""
    lines = [line for line in tracker.log_text().splitlines() if '"lease.slot"' in line]
    return lines[-1].split('"tracker":"')[1].split('"')[0]


def pending(redis):
    """Entries that each consumer has read and not acknowledged."""
    rows = [dict(zip(row[::2], row[1::2])) for row in redis.command("XINFO", "CONSUMERS", *GROUP)]
    return {row["name"]: row["pending"] for row in rows}


def holder_of(trackers, lease):
    found = [t for t in trackers if t.running() and holds(t, lease)]
    assert len(found) <= 1, f"{len(found)} trackers hold {lease}"
    return found[0] if found else None


def stop_with_something_read(tracker, system, load):
    """SIGSTOP, and waits until Redis has handed it entries that it will not store."""
    tracker.process.send_signal(signal.SIGSTOP)
    load.run_until(CLICKS)
    wait_until(lambda: pending(system.redis)[name_of(tracker)] > 0, "it has been handed entries")


def test_three_share_the_work(system, trackers):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        wait_until(lambda: all(stored(t) > 0 for t in trackers), "each has stored some")
    assert sorted(pending(system.redis)) == sorted(map(name_of, trackers))
    for work in ("folding", "mirror", "jobs"):
        assert holder_of(trackers, work) is not None
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_one_killed_mid_batch_is_taken_over(system, trackers):
    victim = trackers[2]
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        stop_with_something_read(victim, system, load)
        victim.kill()
        load.run_until(CLICKS)
        assert pending(system.redis)[name_of(victim)] > 0, "its lease has not ended"
        wait_until(lambda: name_of(victim) not in pending(system.redis), "it is taken over",
                   2 * LEASE)
    assert_all_stored_once(system, load.tokens)
    taken = sum(t.metric("waymark_drain_entries_taken_over_total") for t in trackers[:2])
    assert taken > 0
    assert_settled(system)


def test_one_started_again_has_its_slot_and_its_entries_back(system, trackers):
    """Before its lease has ended: nobody else has to take anything over."""
    victim = trackers[2]
    name = name_of(victim)
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        stop_with_something_read(victim, system, load)
        victim.kill()
        victim.start()
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)
    assert name_of(victim) == name
    assert sum(t.metric("waymark_drain_takeovers_total") for t in trackers) == 0


def test_the_one_that_folds_is_killed(system, trackers):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        holder_of(trackers, "folding").kill()
        load.run_until(CLICKS)
        wait_until(lambda: holder_of(trackers, "folding"), "another one folds", 2 * LEASE)
        load.run_until(CLICKS)
    system.tracker = next(t for t in trackers if t.running())  # whom the doctor asks
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_one_stands_still_for_longer_than_its_lease_and_goes_on(system, trackers):
    """As a paused machine does; it is the one that folds, writes links and has entries in hand."""
    sleeper = holder_of(trackers, "folding")
    system.tracker = next(t for t in trackers if t is not sleeper)
    name = name_of(sleeper)
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        stop_with_something_read(sleeper, system, load)
        wait_until(lambda: name not in pending(system.redis), "it is taken over", 2 * LEASE)
        before = stored(system.tracker)
        sleeper.process.send_signal(signal.SIGCONT)
        load.run_until(CLICKS)
        wait_until(lambda: holds(sleeper, "tracker") and name_of(sleeper) in pending(system.redis),
                   "it works again")
        wait_until(lambda: stored(system.tracker) > before, "so does the other")
    assert not holds(sleeper, "folding"), "somebody else does that now"
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_trackers_come_and_go_under_load(system, trackers):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        assert trackers[0].end() == 0
        wait_until(lambda: holder_of(trackers, "folding"), "handed over by an orderly end")
        load.run_until(CLICKS)
        trackers[1].kill()
        trackers[0].start()
        load.run_until(CLICKS)
        trackers[1].start()
        assert trackers[2].end() == 0
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_links_are_made_by_any_tracker(system, trackers):
    for n, tracker in enumerate(trackers):
        status, link = tracker.api("POST", "/v1/links", {
            "destination": "https://shop.example/welcome", "code": f"by{n}"})
        assert status == 201, link
        wait_until(lambda: system.edge.get(f"/by{n}").status == 302, "the edge knows it")


def test_all_are_killed_at_once(system, trackers):
    with Load([system.edge.port], ["/try"]) as load:
        for _ in range(3):
            load.run_until(CLICKS)
            for tracker in trackers:
                tracker.kill()
            load.run_until(CLICKS)
            for tracker in trackers:
                tracker.start(wait=False)
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)
