"""The store is restored from a backup: journals bring back what it lacks."""
import json
import shutil
import sqlite3

from tests.support.invariants import assert_all_stored_once, assert_settled, stored_ids
from tests.support.load import Load
from tests.support.programs import wait_until

CLICKS = 300


def back_up(tracker, to):
    """A copy of a store that nobody has open: all of it is in one file then."""
    sqlite3.connect(tracker.store).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    shutil.copyfile(tracker.store, to)


def restore(tracker, backup):
    for part in ("", "-wal", "-shm"):
        tracker.store.with_name(tracker.store.name + part).unlink(missing_ok=True)
    shutil.copyfile(backup, tracker.store)


def restore_link(system):
    system.add_campaign("camp_demo", status="live", window_days="30")
    system.add_link("try", campaign="camp_demo", referrer="rfr_anna")


def known_to_edges(system):
    """How many clicks the edges believe to be in the store, by their own reports."""
    reports = map(json.loads, system.redis.hgetall("wm:edges").values())
    return sum(int(figure.split(";")[1]) for r in reports for figure in r["known"].values())


def test_backup_restored_while_redis_was_lost_too(system, folder):
    """Only the running edge knows that the store once had more."""
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)
    assert system.tracker.end() == 0
    back_up(system.tracker, folder / "backup.db")
    system.tracker.start()

    with Load([system.edge.port], ["/try"]) as later:
        later.run_until(CLICKS)
    tokens = load.tokens + later.tokens
    assert_all_stored_once(system, tokens)
    wait_until(lambda: known_to_edges(system) >= len(tokens), "the edge knows what is committed")
    assert system.tracker.end() == 0
    restore(system.tracker, folder / "backup.db")
    system.redis.command("FLUSHALL")
    restore_link(system)
    assert len(stored_ids(system.tracker)) < len(tokens), "the backup lacks the later ones"

    system.tracker.start()
    assert_all_stored_once(system, tokens)
    assert_settled(system)
    assert "drain.store_behind" in system.tracker.log_text()


def test_backup_restored_under_load(system, folder):
    """Everything stops, comes back, and clicks go on while the store catches up."""
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens)
    assert system.tracker.end() == 0
    back_up(system.tracker, folder / "backup.db")
    system.edge.end()
    system.edge.start()
    system.tracker.start()

    with Load([system.edge.port], ["/try"]) as later:
        later.run_until(CLICKS)
        system.tracker.kill()
        restore(system.tracker, folder / "backup.db")
        system.redis.command("FLUSHALL")
        restore_link(system)
        later.run_until(CLICKS)
        system.tracker.start()
        later.run_until(CLICKS)
    assert_all_stored_once(system, load.tokens + later.tokens)


def test_backup_of_links_restored_without_a_click_in_between(system, folder):
    """Edges have seen a marker that the restored store cannot reach under the same name."""
    def make(code):
        status, link = system.tracker.api("POST", "/v1/links", {
            "destination": "https://shop.example/welcome", "code": code})
        assert status == 201, link

    make("kept")
    assert system.tracker.end() == 0
    back_up(system.tracker, folder / "backup.db")
    system.tracker.start()
    for code in ("lost1", "lost2"):
        make(code)
    remembered = system.edge.journal / "filled"

    def seen():
        system.edge.get("/nothing")  # a lookup reads the marker, and no click is stored
        marker = system.redis.command("GET", "wm:filled")  # moves on until both links are there
        marker = marker.decode() if isinstance(marker, bytes) else marker
        return remembered.exists() and marker in remembered.read_text()

    wait_until(seen, "the edge has seen the marker")
    assert system.tracker.end() == 0
    restore(system.tracker, folder / "backup.db")

    system.tracker.start()
    wait_until(lambda: system.edge.get("/kept").status == 302, "links are served again")
    wait_until(lambda: "links.store_set_back" in system.tracker.log_text(), "the tracker says so")
