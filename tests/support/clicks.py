"""Clicks as the stream carries them, for tests that need no tracker."""
import json

from tests.support.invariants import click_id
from tests.support.programs import wait_until


def in_stream(redis):
    entries = redis.command("XRANGE", "wm:clicks:{0}", "-", "+") or []
    for _, fields in entries:
        entry = dict(zip(fields[::2], fields[1::2]))
        for line in entry.get("body", "").splitlines():
            yield json.loads(line)


def shipped(redis, token):
    """The click of a token; waits until it is in the stream."""
    wanted = click_id(token)

    def look():
        return next((click for click in in_stream(redis) if click["id"] == wanted), None)
    return wait_until(look, f"click {wanted} is in the stream")
