"""Times of a Google Benchmark program, pinned."""

import json
import subprocess


class RunError(Exception):
    """A benchmark failed."""


def times(program, cpu, seconds, only=""):
    """CPU nanoseconds per item of each benchmark of the program."""
    command = ["taskset", "-c", str(cpu), str(program), f"--benchmark_min_time={seconds}",
               f"--benchmark_filter={only or '.*'}", "--benchmark_format=json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RunError(f"{program}: {result.stderr[-2000:]}")
    found = {}
    for row in json.loads(result.stdout)["benchmarks"]:
        if row.get("error_occurred"):
            raise RunError(f"{program}: {row['name']}: {row['error_message']}")
        found[row["name"]] = row["cpu_time"]
    return found
