"""The promise: every click whose answer was sent is in the store exactly once."""
import base64
import json
import subprocess
import uuid

from tests.support.programs import BIN, wait_until


def click_id(token):
    """A wm_click token begins with the 16 bytes of the click id."""
    data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert len(data) == 24, f"{token} is no click token"
    return str(uuid.UUID(bytes=data[:16]))


def stored_ids(tracker):
    return [row["id"] for row in tracker.rows("SELECT id FROM clicks")]


def assert_all_stored_once(system, tokens, seconds_max=60.0):
    """Waits until all are there, then looks for doubles in rows and in totals."""
    wanted = {click_id(token) for token in tokens}
    assert len(wanted) == len(tokens), "the edge gave the same click id twice"

    def missing():
        return wanted - set(stored_ids(system.tracker))

    try:
        wait_until(lambda: not missing(), "every answered click is stored", seconds_max)
    except AssertionError as error:
        lost = missing()
        raise AssertionError(f"{len(lost)} of {len(wanted)} answered clicks are not in the store, "
                             f"such as {sorted(lost)[:3]}\n{diagnosis(system)}") from error
    ids = stored_ids(system.tracker)
    assert len(ids) == len(set(ids)), "a click is stored twice"
    assert_totals_match(system.tracker)


def journalled_ids(edge):
    """Of the clicks that lie in an edge's journal folder, whoever wrote them."""
    done = subprocess.run([str(BIN / "waymark-redirect"), "journal", "dump", str(edge.journal)],
                          capture_output=True, text=True, timeout=60, check=True)
    return {json.loads(line)["id"] for line in done.stdout.splitlines()}


def dropped(edge):
    return sum(int(edge.metric(f'waymark_clicks_dropped_total{{reason="{reason}"}}'))
               for reason in ("full", "io"))


def assert_adds_up(system, tokens):
    """Answered = stored + still journalled + counted as dropped or lost by the running edge;
    nothing twice. For faults of the edge's disk; whatever else fails, every click is stored."""
    wanted = {click_id(token) for token in tokens}

    def counted():
        return dropped(system.edge) + int(system.edge.metric("waymark_journal_lost_clicks_total"))

    wait_until(lambda: len(wanted - set(stored_ids(system.tracker))) <= counted(),
               "what is not stored is counted", 60.0)
    ids = stored_ids(system.tracker)
    assert len(ids) == len(set(ids)), "a click is stored twice"
    gone = wanted - set(ids) - journalled_ids(system.edge)
    assert len(gone) == counted(), f"{len(gone)} answered clicks are nowhere, {counted()} counted"
    assert_totals_match(system.tracker)


def assert_totals_match(tracker):
    """Totals were added once for each row, however often a line was delivered."""
    def equal():
        rows = tracker.rows("SELECT count(*) AS n FROM clicks")[0]["n"]
        raw = tracker.rows("SELECT coalesce(sum(raw), 0) AS n FROM click_totals")[0]["n"]
        counted = tracker.rows("SELECT count(*) AS n FROM clicks WHERE bot IS NULL AND "
                               "outcome IS NULL AND coalesce(test, 0) = 0")[0]["n"]
        counted_total = tracker.rows("SELECT coalesce(sum(counted), 0) AS n FROM click_totals")
        return rows == raw and counted == counted_total[0]["n"]
    wait_until(equal, "totals agree with the rows")


def assert_settled(system, seconds_max=30.0):
    """Nothing is owed any more: the edges know that everything is committed."""
    def owed():
        done = system.run("doctor", "--json", *system.redis_flags, "--api",
                          f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                          system.tracker.key_file)
        report = json.loads(done.stdout)
        return sum(o["owed"] for edge in report["edges"] for o in edge["origins"])
    wait_until(lambda: owed() == 0, "nothing is owed", seconds_max)


def diagnosis(system):
    parts = []
    for program in (system.edge, system.tracker, *system.more):
        parts.append(f"--- {program.name}\n{program.log_text()[-3000:]}")
    try:
        parts.append(f"committed {system.redis.hgetall('wm:committed')}")
        parts.append(f"edges {system.redis.hgetall('wm:edges')}")
        parts.append(f"pending {system.redis.command('XPENDING', 'wm:clicks:{0}', 'tracker')}")
        parts.append(f"stream length {system.redis.command('XLEN', 'wm:clicks:{0}')}")
    except (OSError, ConnectionError) as error:
        parts.append(f"Redis: {error}")
    return "\n".join(parts)
