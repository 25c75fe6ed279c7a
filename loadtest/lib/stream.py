"""The click stream as a load run sees it: how many clicks arrived, and what a tracker would do for
it when none runs (trimming, and a figure in wm:committed); and the plainer stream of a peer."""

import contextlib
import json
import threading
import time

from redis_client import Redis

STREAM = "wm:clicks:{0}"
GENERATION = "loadtest"
# What a tracker leaves of a busy shard. Redis puts new entries where old ones were; a stream that
# only grew would have it fault in every page.
KEPT_BYTES = 48 << 20
TRIM_EVERY_SECONDS = 0.2


def trim(redis, key):
    """Takes away what is too much; returns how many entries that were."""
    size = redis("MEMORY", "USAGE", key, "SAMPLES", "1000") or 0
    if size <= KEPT_BYTES:
        return 0
    return redis("XTRIM", key, "MAXLEN", redis("XLEN", key) * KEPT_BYTES // size)


@contextlib.contextmanager
def trimmed(stream):
    """Keeps the stream as small as a tracker would."""
    stop = threading.Event()
    redis = Redis(stream.redis.port)

    def work():
        while not stop.wait(TRIM_EVERY_SECONDS):
            stream.trim(redis)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        redis.close()


class ClickStream:
    def __init__(self, redis, tracker_runs):
        self.redis = redis
        self.tracker_runs = tracker_runs
        self.origin = None
        self.last = 0
        if not tracker_runs:
            redis("HSET", "wm:committed", "generation", GENERATION)

    def last_sequence(self):
        """Number of the newest click of the one origin; clicks of an origin have no gaps."""
        newest = self.redis("XREVRANGE", STREAM, "+", "-", "COUNT", "1")
        if newest:
            fields = newest[0][1]
            entry = dict(zip(fields[::2], fields[1::2], strict=True))
            self.origin = entry[b"origin"].decode()
            body = entry[b"body"]
            lines = body.count(b"\n") + (not body.endswith(b"\n"))
            self.last = max(self.last, int(entry[b"first"]) + lines - 1)
        return self.last

    def trim(self, redis):
        if not self.tracker_runs:
            trim(redis, STREAM)

    def click_ids(self):
        """Of all that is in the stream."""
        return ids_in(self.redis, STREAM)

    def settle(self, seconds=20.0):
        """Waits until nothing new has arrived for 0.2 s and a running tracker has stored it all;
        returns the newest number."""
        newest = quiet(self.last_sequence, seconds)
        if self.tracker_runs:
            self.release()
        return newest

    def release(self, seconds=60.0):
        """Lets the edge forget what has arrived, or waits until the tracker stored it."""
        if self.origin is None:
            return
        field = self.origin.split("/", 1)[1]
        if not self.tracker_runs:
            self.redis("HSET", "wm:committed", field, f"{GENERATION};{self.last};")
            self.trim(self.redis)
            time.sleep(1.1)  # edges read the figures once a second
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            figure = self.redis("HGET", "wm:committed", field) or b";0;"
            if int(figure.split(b";")[1]) >= self.last:
                return
            time.sleep(0.1)


class PlainStream:
    """A peer's stream: one entry per click."""

    def __init__(self, redis, key):
        self.redis, self.key = redis, key
        self.gone = 0  # entries trimmed

    def last_sequence(self):
        return self.gone + self.redis("XLEN", self.key)

    def trim(self, redis):
        self.gone += trim(redis, self.key)

    def click_ids(self):
        """Of all that is in the stream."""
        return ids_in(self.redis, self.key)

    def settle(self, seconds=20.0):
        """Waits until nothing new has arrived for 0.2 s; returns how many entries ever came."""
        return quiet(self.last_sequence, seconds)

    def release(self):
        self.trim(self.redis)


def ids_in(redis, key):
    ids, after = set(), "-"
    while entries := redis("XRANGE", key, after, "+", "COUNT", "1000"):
        for _, fields in entries:
            body = dict(zip(fields[::2], fields[1::2], strict=True))[b"body"]
            ids.update(json.loads(line)["id"] for line in body.splitlines())
        after = "(" + entries[-1][0].decode()
    return ids


def quiet(figure, seconds):
    """The figure once it has not changed for 0.2 s, at the latest after `seconds`."""
    deadline = time.monotonic() + seconds
    before, since = figure(), time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - since < 0.2:
        time.sleep(0.05)
        now = figure()
        if now != before:
            before, since = now, time.monotonic()
    return before
