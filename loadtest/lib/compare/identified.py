"""A turn at a fixed rate whose loader knows the id of every click that it was answered."""

import json
import os
import signal
import subprocess
import time

import browser
from loader import Served
from processes import RunError

# The loader must not wait for a core behind what it measures beside; needs root.
REAL_TIME = ["chrt", "-f", "1"] if os.geteuid() == 0 else []
GENERATOR_LIMITED = 98  # an exit code: its clicks count all the same
ENDING_SECONDS = 30


def identified(program, port, rate, seconds, core, folder, meanwhile=None):
    """Loads 127.0.0.1:port; `meanwhile` is called at the start and fills part of the time. Returns
    what came of it and the ids of all answered clicks, of which there must be some."""
    file = folder / "click-ids"
    fields = [word for name, value in browser.request_headers()
              if name not in ("Host", "Connection")
              for word in ("--header", f"{name}: {value}")]
    load = subprocess.Popen(
        ["taskset", "-c", str(core), *REAL_TIME, str(program), "run", "--quiet", "--json", "-",
         "--rate", str(rate), "--duration", f"{seconds}s", "--connections", "64", "--expect", "302",
         "--click-ids", str(file), "--host", browser.HOST, *fields,
         f"http://127.0.0.1:{port}{browser.PATH}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    began = time.monotonic()
    try:
        if meanwhile:
            meanwhile()
        out, said = load.communicate(timeout=began + seconds + ENDING_SECONDS - time.monotonic())
    except BaseException:
        load.send_signal(signal.SIGKILL)
        load.communicate()
        raise
    if load.returncode not in (0, GENERATOR_LIMITED):
        raise RunError(f"waymark-loadtest ended with code {load.returncode}: {said.strip()}")
    ids = file.read_text(encoding="ascii").split()
    served = figures(json.loads(out))
    if len(ids) != served.answers:
        raise RunError(f"{len(ids)} of {served.answers} answers carried the id of a click")
    return served, ids


def figures(result):
    latency = result["latency"]
    times = [latency["percentiles_ns"][name] / 1e6 for name in ("p50", "p99", "p99.9")]
    return Served(result["answered"] - result["errors"]["unexpected_status"],
                  sum(result["errors"].values()), result["unfinished"], *times,
                  latency["max_ns"] / 1e6)
