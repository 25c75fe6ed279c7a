"""The kernel's own workers (written pages, ended I/O) run on any core that idles, also on the one
of the server under test. Programs are pinned for a run, so are they. Needs root."""

from contextlib import contextmanager
from pathlib import Path

MASK = Path("/sys/devices/virtual/workqueue/cpumask")  # kernel: core-api/workqueue


@contextmanager
def kernel_workers_on(core):
    """Keeps unbound kernel workers on a core; yields whether that could be done."""
    try:
        before = MASK.read_text(encoding="ascii")
        MASK.write_text(f"{1 << core:x}", encoding="ascii")
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        MASK.write_text(before, encoding="ascii")
