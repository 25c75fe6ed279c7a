"""waymark-loadtest as the loader: a fixed rate, times from when each request was due."""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass

import browser
from processes import RunError

# The loader must not wait for a core behind what it measures beside; needs root.
REAL_TIME = ["chrt", "-f", "1"] if os.geteuid() == 0 else []
# It runs for a day unless it is stopped: never longer than the script, however that ends.
WITH_US = ["setpriv", "--pdeathsig", "KILL"]
CONNECTIONS = 64
GENERATOR_LIMITED = 98  # the exit code
ENDING_SECONDS = 30  # at most, for the last answers and the result


@dataclass
class Served:
    """What came of one turn. `unanswered` were due and had no answer seconds after its end.
    `refused`: the loader itself was the limit, and says why; the times say nothing."""

    answers: int
    errors: int
    unanswered: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float
    refused: str = ""

    def kept_up(self):
        """Whether the server answered what it was asked."""
        return self.answers >= 0.99 * (self.answers + self.errors + self.unanswered)


class Load:
    """Asks 127.0.0.1:port for the redirect of browser.py until stop(). The ids of all answered
    clicks go into the file `click_ids`."""

    def __init__(self, program, port, rate, core, click_ids=None):
        headers = [word for name, value in browser.request_headers()
                   if name != "Host" for word in ("--header", f"{name}: {value}")]
        ids = ["--click-ids", str(click_ids)] if click_ids else []
        self.popen = subprocess.Popen(
            [*WITH_US, "taskset", "-c", str(core), *REAL_TIME, str(program), "run", "--quiet",
             "--json", "-", "--rate", str(rate), "--duration", "24h", "--connections",
             str(CONNECTIONS), "--expect", "302", "--host", browser.HOST, *headers, *ids,
             f"http://127.0.0.1:{port}{browser.PATH}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def stop(self):
        self.popen.send_signal(signal.SIGINT)
        out, said = self.popen.communicate(timeout=ENDING_SECONDS)
        if self.popen.returncode not in (0, GENERATOR_LIMITED):
            raise RunError(f"waymark-loadtest ended with code {self.popen.returncode}: "
                           f"{said.strip() or 'it said nothing'}")
        return served(json.loads(out))


def served(result):
    errors, latency = sum(result["errors"].values()), result["latency"]
    times = [latency["percentiles_ns"][name] / 1e6 for name in ("p50", "p99", "p99.9")]
    return Served(result["answered"] - result["errors"]["unexpected_status"], errors,
                  result["unfinished"], *times, latency["max_ns"] / 1e6,
                  " ".join(result["verdict"]["reasons"]))


def fixed_rate(program, port, rate, seconds, core, meanwhile=None, click_ids=None):
    """Loads 127.0.0.1:port; `meanwhile` is called at the start and fills part of the time."""
    load = Load(program, port, rate, core, click_ids)
    began = time.monotonic()
    try:
        if meanwhile:
            meanwhile()
        time.sleep(max(0.0, began + seconds - time.monotonic()))
    finally:
        result = load.stop()
    return result


def believed(turns):
    """Those that the loader did not spoil; all of them when none is left: a table says so."""
    return [turn for turn in turns if not turn.refused] or turns


def refusals(turns):
    """For the figures of several turns."""
    return {"turns": len(turns), "refused": sum(bool(turn.refused) for turn in turns)}
