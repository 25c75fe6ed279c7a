"""A consumer as it was written against the first version of the click line. It is frozen: lines of
today must go on being readable by it.
"""
import json
import uuid


def read(line):
    """(id, ms, counted, code, campaign, referrer, visitor, bot) of a line; None of another version."""
    click = json.loads(line)
    if click["v"] != 1:
        return None
    assert isinstance(click["ts"], int)
    for key in ("code", "campaign", "referrer", "bot", "outcome", "channel", "ua", "country"):
        assert isinstance(click.get(key, ""), str), key
    assert click.get("new") in (None, True, False) and click.get("test") in (None, True, False)
    assert all(isinstance(value, str) for value in click.get("query", {}).values())
    counted = not any(key in click for key in ("bot", "outcome", "test"))
    visitor = uuid.UUID(click["visitor"]) if "visitor" in click else None
    return (uuid.UUID(click["id"]), click["ts"], counted, click.get("code"), click.get("campaign"),
            click.get("referrer"), visitor, click.get("bot"))
