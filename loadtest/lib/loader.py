"""The loader with a fixed rate: times from when each request was due. Whoever brings another
program changes fixed_rate() alone."""

import time
from dataclasses import dataclass

from steady import Steady


STARTING_SECONDS = 0.1  # of a loader


@dataclass
class Served:
    """What came of one turn; `unanswered` were due and had no answer at its end."""

    answers: int
    errors: int
    unanswered: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float

    def asked(self, rate, seconds):
        """Whether the loader asked as often as it should."""
        due = self.answers + self.errors + self.unanswered
        return due >= 0.99 * rate * (seconds - STARTING_SECONDS)

    def kept_up(self):
        """Whether the server answered what it was asked."""
        return self.answers >= 0.99 * (self.answers + self.errors + self.unanswered)


def fixed_rate(program, port, rate, seconds, request_file, core, meanwhile=None):
    """Loads 127.0.0.1:port; `meanwhile` is called at the start and fills part of the time."""
    load = Steady(program, port, rate, request_file, core)
    began = time.monotonic()
    try:
        if meanwhile:
            meanwhile()
        time.sleep(max(0.0, began + seconds - time.monotonic()))
    finally:
        figures = load.stop()
    return Served(figures["answers"], figures["errors"], figures["unanswered"],
                  *(figures[name] / 1e3 for name in ("p50_us", "p99_us", "p999_us", "max_us")))
