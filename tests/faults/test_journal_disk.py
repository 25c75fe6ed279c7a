"""The edge's disk is full or fails: visitors are redirected, what cannot be kept is counted by
reason, and nothing else is lost."""
import os
import subprocess

import pytest

from tests.support.invariants import assert_adds_up, dropped
from tests.support.ordeal import CLICKS, Ordeal
from tests.support.programs import wait_until
from tests.support.tracing import Tracing

SMALL = ["journal.segment_bytes=1MiB", "journal.max_bytes=64MiB"]


@pytest.fixture
def tiny_disk(folder):
    """The journal's folder on a disk of 3 MiB."""
    mount = folder / "journal"
    mount.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", mount],
                          capture_output=True, text=True, timeout=20)
    if done.returncode != 0:
        pytest.skip(f"no small disk without the right to mount: {done.stderr.strip()}")
    yield mount
    subprocess.run(["umount", "-l", mount], check=True, timeout=20)


def series(edge, reason):
    return edge.metric(f'waymark_clicks_dropped_total{{reason="{reason}"}}')


def test_disk_full(tiny_disk, make_system):
    """Full of clicks that are owed; once Redis is back they make room for new ones."""
    system = make_system(edge_settings=SMALL).start().with_link()
    with Ordeal(system, assert_adds_up) as load:
        system.redis.kill()
        while series(system.edge, "full") < CLICKS:
            load.run_until(CLICKS)
        system.redis.start()
        wait_until(lambda: room_again(system, load), "clicks are kept again", 60.0)
    assert series(system.edge, "io") == 0
    assert "journal.no_segment" in system.edge.log_text()


def room_again(system, load):
    before = dropped(system.edge)
    load.run_until(50)
    return dropped(system.edge) == before


def test_disk_filled_by_somebody_else(tiny_disk, make_system):
    system = make_system(edge_settings=SMALL).start().with_link()
    with Ordeal(system, assert_adds_up) as load:
        other = tiny_disk / "somebody-elses"
        with open(other, "wb", buffering=0) as file, pytest.raises(OSError):
            while True:
                file.write(bytes(4_096))
        system.redis.kill()  # what is committed would make room
        while dropped(system.edge) < CLICKS:
            load.run_until(CLICKS)
        other.unlink()
        system.redis.start()
        wait_until(lambda: room_again(system, load), "clicks are kept again", 60.0)


# fsync: of new segments and their folder; msync: of clicks; fallocate and pwrite64: room for more.
@pytest.mark.parametrize("call", ["msync", "fsync", "fallocate", "pwrite64"])
def test_disk_fails(make_system, folder, call):
    """Every such call answers EIO until one was made, and a while longer."""
    system = make_system(edge_settings=["journal.segment_bytes=1MiB", "journal.sync=100ms"])
    system.start().with_link()
    with Ordeal(system, assert_adds_up) as load:
        tracing = Tracing(system.edge, folder, f"{call}:error=EIO")
        wait_until(lambda: load.run_until(CLICKS) or "EIO" in tracing.seen(), "it is felt", 60.0)
        load.run_until(5 * CLICKS)
        tracing.release()
        wait_until(lambda: room_again(system, load), "clicks are kept again", 60.0)


def test_pages_that_cannot_be_had(make_system):
    """SIGBUS under a store, as for a page that the disk does not give: here since the file is
    shorter than it was."""
    system = make_system().start().with_link()
    with Ordeal(system, assert_adds_up) as load:
        for segment in system.edge.journal.glob("*/*.segment"):
            os.truncate(segment, 4_096)
        load.run_until(CLICKS)
        wait_until(lambda: "journal.rescued" in system.edge.log_text(), "it is noticed")
