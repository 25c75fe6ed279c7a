"""From the end of an answer to the click's row in SQLite: single visitors are followed while others
come at a fixed rate. Of all compared only Waymark has a store."""

import base64
import re
import sqlite3
import time
import uuid

import browser
from edge_answers import LINK_COMMANDS, ask_for_redirect
from http_once import ask, headers
from loader import Load
from peers.edge import Edge
from processes import RunError, cores
from yard import Yard

RATES = (2_000, 20_000)
VISIT_EVERY, LOOK_EVERY = 0.02, 0.001  # s
LATE_SECONDS = 20.0


def answer_to_row(programs, seconds, progress):
    """Milliseconds by rate: the median, p99, the longest, and how many were followed."""
    tracker = programs / "waymark-tracker"
    if not tracker.exists():
        raise RunError(f"{tracker} is not built")
    with Yard(cores()[0], cores()[-1]) as yard:
        yard.start_redis()
        yard.redis.pipeline(LINK_COMMANDS)
        yard.start_tracker(tracker, [f"bootstrap_key_file={yard.dir / 'api-key'}"])
        edge = Edge(programs / "waymark-redirect", tracker_runs=True)
        edge.start(yard)
        ask_for_redirect(edge.port, browser.request_bytes())
        figures = {}
        for rate in RATES:
            load = Load(programs / "waymark-loadtest", edge.port, rate, yard.loader_core)
            try:
                time.sleep(1.0)
                times = follow(edge.port, yard.dir / "store.db", seconds)
            finally:
                served = load.stop()
            figures[str(rate)] = summary(times) | {"reached": served.kept_up(),
                                                   "refused": served.refused}
            progress.done("row", f"{rate:,}/s")
    return figures


def follow(port, store, seconds):
    """Milliseconds of the visitors who came in `seconds`."""
    rows = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    began = time.monotonic()
    waiting, times, due = {}, [], began
    while True:
        now = time.monotonic()
        if now - began < seconds and now >= due:
            click = visit(port)
            waiting[click] = time.monotonic()
            due = max(due + VISIT_EVERY, now)
        elif now - began >= seconds and not waiting:
            break
        if now - began > seconds + LATE_SECONDS:
            raise RunError(f"{len(waiting)} clicks have no row after {LATE_SECONDS:.0f} s")
        for click in found(rows, waiting):
            times.append((time.monotonic() - waiting.pop(click)) * 1e3)
        time.sleep(LOOK_EVERY)
    rows.close()
    return times


def visit(port):
    """Id of the click of one more visitor."""
    status, fields = headers(ask(port, browser.request_bytes()))
    token = re.search(r"wm_click=([\w-]+)", dict(fields).get("Location", ""))
    if status != 302 or not token:
        raise RunError(f"the edge answers {status} instead of 302")
    return str(uuid.UUID(bytes=base64.urlsafe_b64decode(token[1] + "==")[:16]))


def found(rows, clicks):
    marks = ",".join("?" * len(clicks))
    return [row[0] for row in
            rows.execute(f"SELECT id FROM clicks WHERE id IN ({marks})", list(clicks))]


def summary(times):
    ordered = sorted(times)
    return {"p50_ms": ordered[len(ordered) // 2], "p99_ms": ordered[int(len(ordered) * 0.99)],
            "max_ms": ordered[-1], "followed": len(ordered)}
