"""wrk as the loader: closed loop, one thread, its count of finished requests."""

import re
import subprocess
from dataclasses import dataclass

from processes import RunError

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
SIZES = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


@dataclass
class Load:
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    other_status: int  # answers that are neither 2xx nor 3xx
    socket_errors: int
    answer_bytes: float  # of all answers

    @property
    def per_second(self):
        return self.requests / self.seconds


def run(port, path, seconds, core, connections, headers=(), script=()):
    """Loads 127.0.0.1:port. `script` is a Lua file and its arguments."""
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
               "--latency"]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", str(script[0])]
    command += [f"http://127.0.0.1:{port}{path}"]
    if script:
        command += ["--", *map(str, script[1:])]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0 or result.stderr:  # wrk goes on without a script that fails
        raise RunError(f"wrk ended with code {result.returncode}: {result.stderr.strip()}")
    return parse(result.stdout)


def parse(report):
    total = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m),", report)
    if total is None:
        raise RunError(f"not a report of wrk: {report!r}")
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)",
                       report)
    other = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    return Load(
        requests=int(total[1]),
        seconds=float(total[2]) * UNITS[total[3]] / 1e3,
        p50_ms=percentile(report, 50),
        p99_ms=percentile(report, 99),
        other_status=int(other[1]) if other else 0,
        socket_errors=sum(map(int, errors.groups())) if errors else 0,
        answer_bytes=size(report))


def size(report):
    found = re.search(r", ([\d.]+)(B|KB|MB|GB) read", report)
    return float(found[1]) * SIZES[found[2]] if found else 0.0


def percentile(report, percent):
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", report, re.MULTILINE)
    return float(found[1]) * UNITS[found[2]] if found else 0.0
