"""Two edges on one journal folder: each has an epoch of its own, and neither touches a folder that
the other has locked, however long that one stands still."""
import signal

import pytest

from tests.support.invariants import assert_all_stored_once
from tests.support.load import Load
from tests.support.ordeal import CLICKS
from tests.support.programs import wait_until
from tests.support.system import Edge


@pytest.fixture
def other(system):
    made = Edge(system.folder, system.redis.url, system.keys, name="edge-2",
                journal=system.edge.journal)
    system.more.append(made)
    made.start()
    return made


def epochs(journal):
    return {path.name for path in journal.iterdir() if path.is_dir()}


def contents(folder):
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


def let_look(edge):
    """Waits until the edge has looked for folders of the dead, each: empty ones vanish."""
    for bait in ("00000000000000aa", "00000000000000bb"):
        (edge.journal / bait).mkdir()
        wait_until(lambda: not (edge.journal / bait).exists(), "an empty folder goes", 20.0)


def test_a_locked_folder_is_left_alone(system, other):
    mine, = (epoch for epoch in epochs(system.edge.journal) if epoch in system.edge.log_text())
    assert len(epochs(system.edge.journal)) == 2
    system.edge.warm("/try")
    system.redis.kill()  # what it has now is in its journal alone
    tokens = [system.edge.get("/try").click_token() for _ in range(20)]
    system.edge.process.send_signal(signal.SIGSTOP)
    try:
        before = contents(system.edge.journal / mine)
        system.redis.start()
        let_look(other)
        assert contents(system.edge.journal / mine) == before
        assert mine not in other.log_text()
    finally:
        system.edge.process.send_signal(signal.SIGCONT)
    with Load([system.edge.port, other.port], ["/try"]) as load:
        load.run_until(CLICKS)
    system.edge.kill()
    wait_until(lambda: mine in other.log_text(), "adopted once its process is gone", 20.0)
    assert_all_stored_once(system, load.tokens + tokens)
