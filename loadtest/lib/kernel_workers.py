"""The kernel's own threads (written pages, ended I/O, reclaim) run on any core that idles, also on
the one of the server under test. Programs are pinned for a run, so are they. Needs root."""

import os
from contextlib import contextmanager
from pathlib import Path

MASK = Path("/sys/devices/virtual/workqueue/cpumask")  # of unbound workers; kernel: workqueue
KTHREADD = 2  # the parent of all kernel threads


@contextmanager
def kernel_workers_on(core):
    """Keeps unbound kernel workers, and kernel threads that may be moved, on a core; yields whether
    that could be done."""
    try:
        before = MASK.read_text(encoding="ascii")
        MASK.write_text(mask_of(core), encoding="ascii")
    except OSError:
        yield False
        return
    moved = move_threads(core)
    try:
        yield True
    finally:
        MASK.write_text(before, encoding="ascii")
        for pid, cores in moved.items():
            set_cores(pid, cores)


def mask_of(core):
    """As the kernel reads it: words of 32 bits in hexadecimal, the highest first."""
    return f"{1 << core % 32:x}" + ",00000000" * (core // 32)


def move_threads(core):
    """Those that ran elsewhere, too, with the cores they had."""
    moved = {}
    for pid in kernel_threads():
        try:
            cores = os.sched_getaffinity(pid)
        except ProcessLookupError:
            continue
        if cores != {core} and set_cores(pid, {core}):
            moved[pid] = cores
    return moved


def kernel_threads():
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(fields[1]) == KTHREADD:
            yield int(stat.parent.name)


def set_cores(pid, cores):
    """False for a thread that is bound to its core, or has ended."""
    try:
        os.sched_setaffinity(pid, cores)
    except OSError:
        return False
    return True
