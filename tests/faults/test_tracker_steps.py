"""The tracker is killed at each step between reading a batch and having acknowledged, trimmed and
published it. strace kills it as a thread enters its N-th system call of a kind, N running upwards:
nothing of that is in the program, and no step is forgotten, since there is none without a system
call. What each run was killed at is read from the trace."""
import re

import pytest

from tests.support.invariants import assert_all_stored_once
from tests.support.load import Load
from tests.support.programs import wait_until
from tests.support.tracing import Tracing

CLICKS = 60
KILLS_MIN = 16  # a whole cycle: prepare, read, acknowledge, trim, publish
# What the tracker does with a batch, as its system calls show it.
STEPS = {"read": "XREADGROUP", "write": r"^pwrite64\(", "sync": r"^fdatasync\(",
         "acknowledge": "XACK", "trim": "XTRIM", "publish": "HSET.{,12}wm:committed"}


def last_steps(trace):
    """What the killed one was about to do; other threads may have been in the middle of a call."""
    ended = [line.split(maxsplit=1)[1] for line in trace.splitlines()
             if line.endswith("= ?") or "<unfinished" in line]
    return {name for name, pattern in STEPS.items()
            for line in ended if re.search(pattern, line)}


WHOLE_CYCLES = [*range(KILLS_MIN, 60)]


# By the call, in which order: of Redis' each, of the store's many writes some. Publishing is one of
# some fifteen calls, and not always the same one: should none of the first round have been it, there
# are two more.
@pytest.mark.parametrize("call, numbers, steps", [
    ("sendto", [*range(1, 60), *2 * WHOLE_CYCLES], {"read", "acknowledge", "trim", "publish"}),
    ("pwrite64", [1, 2, 3, 5, 8, 13, 21, 34], {"write"}),
    ("fdatasync", [1, 2, 3], {"sync"})])
def test_tracker_killed_at_each_step(system, folder, call, numbers, steps):
    seen = set()
    with Load([system.edge.port], ["/try"], visitors=2) as load:
        for number in numbers:
            tracing = Tracing(system.tracker, folder, f"{call}:signal=KILL:when={number}")
            load.run_until(CLICKS)
            wait_until(lambda: not system.tracker.running(), "the tracker is killed")
            seen |= last_steps(tracing.release())
            system.tracker.start()
            if number >= KILLS_MIN and steps <= seen:
                break
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert steps <= seen, "each of them was one's last"
    assert_all_stored_once(system, load.tokens)
