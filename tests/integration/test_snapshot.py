"""An edge that is restarted while Redis is away serves what it knew."""
import os
import signal
import time

import pytest

from tests.support.programs import wait_until

NEW = "https://shop.example/new"
EVERY = "cache.snapshot=200ms"


def snapshot_of(edge):
    return edge.journal / "links.snapshot"


def restart(edge, number=signal.SIGKILL):
    edge.process.send_signal(number)
    edge.process.wait(timeout=30)
    edge.start()


def landing(answer):
    return answer.headers.get("location", "").partition("?")[0]


@pytest.fixture
def system(make_system):
    running = make_system(edge_settings=[EVERY, "shutdown.grace=0s"]).start()
    running.add_campaign("camp_demo", status="live", utm="utm_source=mail")
    running.add_link("try", campaign="camp_demo", referrer="rfr_anna", link="lnk_try")
    return running


def written_after(edge, action):
    """Runs the action and waits until a snapshot was begun and finished after it."""
    action()
    begin = time.time()
    wait_until(lambda: snapshot_of(edge).exists() and snapshot_of(edge).stat().st_mtime > begin,
               "a snapshot is written")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
def test_known_links_are_served_after_a_restart_without_redis(system, number):
    edge = system.edge
    system.redis.hset("wm:link:*/old", alias_of="try")
    system.redis.hset("wm:domain:go.example", fallback_url="https://home.example/")
    edge.warm("/try")
    edge.warm("/old")
    if number == signal.SIGKILL:
        wait_until(lambda: edge.metric("waymark_link_snapshot_links") == 2, "both are written")
    system.redis.kill()
    restart(edge, number)
    assert edge.metric("waymark_link_snapshot_loaded") == 2
    for _ in range(24):
        answer = edge.get("/try")
        assert answer.status == 302 and "utm_source=mail" in answer.headers["location"]
        assert edge.get("/old").status == 302
        assert edge.get("/never").status == 503
    # With Redis back the records there count, whatever the snapshot said.
    system.redis.start()
    system.redis.hset("wm:link:*/try", destination=NEW)
    wait_until(lambda: landing(edge.get("/try")) == NEW, "Redis is asked again")
    click = system.click(edge.get("/old").click_token())
    assert (click["code"], click["link"]) == ("try", "lnk_try")


def test_with_redis_there_nothing_of_the_snapshot_is_served(system):
    edge = system.edge
    edge.warm("/try")
    wait_until(lambda: edge.metric("waymark_link_snapshot_links") == 1, "it is written")
    edge.kill()
    system.redis.hset("wm:link:*/try", destination=NEW)
    edge.start()
    for _ in range(24):
        assert landing(edge.get("/try")) == NEW


def test_stale_max_counts_across_the_restart(make_system):
    system = make_system(edge_settings=[EVERY, "cache.refresh=1s", "cache.stale_max=6s"]).start()
    system.add_link("try")
    system.edge.warm("/try")
    begin = time.monotonic()
    wait_until(lambda: system.edge.metric("waymark_link_snapshot_links") == 1, "it is written")
    system.redis.kill()
    restart(system.edge)
    if time.monotonic() - begin < 5:
        assert system.edge.get("/try").status == 302
    wait_until(lambda: system.edge.get("/try").status == 503, "it is too old", 10.0)
    restart(system.edge)
    assert system.edge.metric("waymark_link_snapshot_loaded") == 0
    assert system.edge.get("/try").status == 503


def test_a_redis_that_lost_its_links_does_not_spoil_what_is_known(system):
    """The marker of filled links holds for a restarted edge, too."""
    edge = system.edge
    _, link = system.tracker.api("POST", "/v1/links", {"destination": NEW, "code": "made"})
    edge.warm("/made")
    wait_until(lambda: edge.metric("waymark_link_snapshot_links") == 1, "it is written")
    wait_until((edge.journal / "filled").exists, "the marker is remembered")
    edge.kill()
    system.tracker.kill()
    system.redis.command("FLUSHALL")
    edge.start()
    assert link["code"] == "made" and landing(edge.get("/made")) == NEW


@pytest.mark.parametrize("damage", ["cut", "flipped", "version", "empty"])
def test_damage_costs_the_snapshot_only(system, damage):
    edge = system.edge
    edge.warm("/try")
    wait_until(lambda: edge.metric("waymark_link_snapshot_links") == 1, "it is written")
    edge.kill()
    file = snapshot_of(edge)
    data = bytearray(file.read_bytes())
    if damage == "cut":
        os.truncate(file, len(data) // 2)
    elif damage == "empty":
        os.truncate(file, 0)
    else:
        data[8 if damage == "version" else len(data) // 2] ^= 0x10
        file.write_bytes(data)
    edge.start()
    assert edge.metric("waymark_link_snapshot_damaged") == 1
    assert "snapshot.damaged" in edge.log_text()
    edge.warm("/try")
    wait_until(lambda: edge.metric("waymark_link_snapshot_links") == 1, "it is written anew")
    restart(edge)
    assert edge.metric("waymark_link_snapshot_damaged") == 0


def test_unknown_codes_are_not_kept_and_deleted_ones_leave(system):
    edge = system.edge
    edge.warm("/try")
    edge.get("/unknown")
    written_after(edge, lambda: edge.get("/unknown2"))
    assert b"go.example/unknown" not in snapshot_of(edge).read_bytes()
    wait_until(lambda: edge.metric("waymark_link_snapshot_links") == 1, "the link is there")
    system.redis.command("DEL", "wm:link:*/try")
    wait_until(lambda: edge.get("/try").status == 404, "the edge has heard of it")
    wait_until(lambda: edge.metric("waymark_link_snapshot_links") == 0, "it has left")
