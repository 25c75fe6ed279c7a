"""clicks.keep: old clicks go, their totals stay, and what comes late is not counted again."""
import json
import time
import uuid

from tests.support import rawhttp
from tests.support.programs import wait_until

DAYS = 86_400_000


def click_of(unix_ms):
    identity = uuid.UUID(int=(unix_ms << 80) | (7 << 76) | (2 << 62) | 1)
    return {"v": 1, "id": str(identity), "ts": unix_ms, "code": "old", "host": "go.example"}


def ship(system, first, click):
    system.redis.command("XADD", "wm:clicks:{0}", "*", "origin", "edge/00000000000000aa/0", "first",
                         first, "body", json.dumps(click))


def rows(system):
    return system.tracker.rows("SELECT count(*) AS n FROM clicks")[0]["n"]


def metric(system, series):
    page = rawhttp.get(system.tracker.admin, "/metrics").body.decode()
    return next(float(line.split()[-1]) for line in page.splitlines() if line.startswith(series))


def test_old_clicks_go_and_do_not_count_twice(make_system):
    system = make_system()
    system.tracker.start()
    now = int(time.time() * 1000)
    ship(system, 1, click_of(now - 3 * DAYS))
    ship(system, 2, click_of(now - DAYS // 2))
    wait_until(lambda: rows(system) == 2, "both are stored")

    system.tracker.end()
    system.tracker.command += ["--set", "clicks.keep=24h"]
    system.tracker.start()
    wait_until(lambda: rows(system) == 1, "the old one is forgotten")
    assert metric(system, "waymark_clicks_forgotten_total") == 1

    ship(system, 1, click_of(now - 3 * DAYS))  # an edge sends it again
    late = 'waymark_drain_lines_total{result="late"}'
    wait_until(lambda: metric(system, late) == 1, "the line is settled")
    assert rows(system) == 1
    assert system.tracker.rows("SELECT sum(raw) AS n FROM click_totals")[0]["n"] == 2
    clicks = system.tracker.api("GET", "/v1/status")[1]["clicks"]
    assert clicks["late"] == 1 and clicks["read"] == 3


def test_clicks_must_be_kept_as_long_as_journals(make_system):
    system = make_system(tracker_settings=["clicks.keep=1h"])
    system.tracker.start(wait=False)
    assert system.tracker.process.wait(timeout=20) == 78
    assert "clicks.keep" in system.tracker.log_text()
