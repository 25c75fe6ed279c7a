"""Redis loses what it holds or refuses writes: transport only, no click is lost."""
import sqlite3
import time

from tests.support.invariants import assert_all_stored_once, assert_settled
from tests.support.load import Load
from tests.support.programs import wait_until

CLICKS = 300


def restore_link(system):
    """What another system wrote straight into Redis only that system can restore."""
    system.add_campaign("camp_demo", status="live")
    system.add_link("try", campaign="camp_demo", referrer="rfr_anna")


def test_redis_flushed_under_load(system):
    with Load([system.edge.port], ["/try"]) as load:
        for _ in range(3):
            load.run_until(CLICKS)
            system.redis.command("FLUSHALL")
            restore_link(system)
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_redis_flushed_while_the_tracker_is_away(system):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        system.tracker.kill()
        load.run_until(CLICKS)
        system.redis.command("FLUSHALL")
        restore_link(system)
        load.run_until(CLICKS)
        system.redis.command("FLUSHALL")
        restore_link(system)
    system.tracker.start()
    assert_all_stored_once(system, load.tokens)


def test_redis_flushed_and_nothing_comes_after_it(system):
    """No later entry shows that earlier ones are gone; the word of the stream does."""
    system.tracker.kill()
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
    wait_until(lambda: system.edge.metric("waymark_ship_clicks_total")
               >= system.edge.metric("waymark_clicks_journalled_total"), "all clicks shipped")
    system.redis.command("FLUSHALL")
    system.tracker.start()
    assert_all_stored_once(system, load.tokens)


def test_stream_deleted_and_group_destroyed(system):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        system.redis.command("DEL", "wm:clicks:{0}")
        load.run_until(CLICKS)
        system.redis.command("DEL", "wm:stream")
        load.run_until(CLICKS)
        system.redis.command("DEL", "wm:committed")
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)


def test_entries_trimmed_before_the_tracker_saw_them(system):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        system.tracker.kill()
        load.run_until(CLICKS)
        wait_until(lambda: system.redis.command("XLEN", "wm:clicks:{0}"), "clicks in the stream")
    wait_until(lambda: system.edge.metric("waymark_ship_clicks_total")
               >= system.edge.metric("waymark_clicks_journalled_total"), "all clicks shipped")
    system.redis.command("XTRIM", "wm:clicks:{0}", "MAXLEN", "0")
    system.tracker.start()  # and nothing more comes that would show the gap
    assert_all_stored_once(system, load.tokens)


def test_redis_replaced_by_an_empty_one(system):
    """A failover to a replica that had nothing: same address, another run id, no data."""
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        system.redis.kill()
        for file in sorted(system.redis.folder.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        load.run_until(CLICKS)
        system.redis.start()
        restore_link(system)
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)


def test_redis_that_came_back_with_old_data(system):
    """A snapshot from before: entries and figures of the past are there again."""
    client = system.redis
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        client.command("SAVE")
        load.run_until(CLICKS)
        client.kill()
        client.start(append_only=False)
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)


def test_redis_without_memory(system):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        system.redis.command("CONFIG", "SET", "maxmemory", "1mb")
        load.run_until(5 * CLICKS)  # visitors notice nothing
        time.sleep(1)
        system.redis.command("CONFIG", "SET", "maxmemory", "0")
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_redis_that_stands_still(system):
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        system.redis.process.send_signal(19)  # SIGSTOP
        try:
            load.run_until(CLICKS)  # visitors notice nothing
            time.sleep(2)
        finally:
            system.redis.process.send_signal(18)  # SIGCONT
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)


def test_store_held_by_somebody_else(system):
    """Clicks wait while another process holds the store's write lock."""
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        other = sqlite3.connect(system.tracker.store, timeout=10, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        load.run_until(CLICKS)
        time.sleep(1)
        other.execute("ROLLBACK")
        other.close()
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
