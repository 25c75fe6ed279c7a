"""The click stream as a load run sees it: how many clicks arrived, and their release when no
tracker runs (a figure in wm:committed and an empty stream, so that rounds start alike); and the
plainer stream of a peer."""

import json
import time

STREAM = "wm:clicks:{0}"
GENERATION = "loadtest"


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
        """Lets the edge and Redis forget what has arrived, or waits until the tracker stored it."""
        if self.origin is None:
            return
        field = self.origin.split("/", 1)[1]
        if not self.tracker_runs:
            self.redis("HSET", "wm:committed", field, f"{GENERATION};{self.last};")
            self.redis("XTRIM", STREAM, "MAXLEN", "0")
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

    def last_sequence(self):
        return self.redis("XLEN", self.key)

    def click_ids(self):
        """Of all that is in the stream."""
        return ids_in(self.redis, self.key)

    def settle(self, seconds=20.0):
        """Waits until nothing new has arrived for 0.2 s; returns the number of entries."""
        return quiet(self.last_sequence, seconds)

    def release(self):
        self.redis("UNLINK", self.key)


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
