"""Instructions inside one function of a benchmark, counted by callgrind: they repeat where times do
not."""

import re
import subprocess
import tempfile
from pathlib import Path


class CountError(Exception):
    """The benchmark failed, or never called the function."""


def run(program, benchmark, function, profile):
    """`function`: pattern of callgrind, with * and ?."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}",
               "--collect-atstart=no", f"--toggle-collect={function}", str(program),
               f"--benchmark_filter={benchmark}", "--benchmark_min_time=0.2"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise CountError("valgrind is not installed: run deploy/install-packages test") from None
    if result.returncode != 0 or "ERROR OCCURRED" in result.stdout:
        raise CountError(f"the benchmark failed: {result.stdout}{result.stderr}")


def calls_of(profile, function):
    """Calls to functions of that name. Callgrind writes each name once, then its number."""
    names, calls, called = {}, 0, ""
    with open(profile, encoding="utf-8") as lines:
        for line in lines:
            if found := re.match(r"c?fn=(\(\d+\))(?: (.*))?", line):
                if found[2]:
                    names[found[1]] = found[2]
                called = names[found[1]]
            elif line.startswith("calls=") and function in called:
                calls += int(line[6:].split()[0])
    return calls


def costs(profile):
    """Own instructions by function, highest first; the first line is the sum."""
    text = subprocess.run(["callgrind_annotate", str(profile)], capture_output=True, text=True,
                          check=True).stdout
    for line in text.splitlines():
        if found := re.match(r"\s*([\d,]+) \([^)]*\)\s+(.*)", line):
            name = re.sub(r"^.*?:(?=\S)|\s*\[[^]]*\]$", "", found[2], count=1)
            yield int(found[1].replace(",", "")), name


def count(program, benchmark, function):
    """Calls, and (instructions per call, name) by function: the sum first."""
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder:
        profile = Path(folder) / "out.callgrind"
        run(program, benchmark, f"*{function}*", profile)
        calls = calls_of(profile, function)
        if calls == 0:
            raise CountError(f"no function named like {function} was called")
        return calls, [(own / calls, name) for own, name in costs(profile)]
