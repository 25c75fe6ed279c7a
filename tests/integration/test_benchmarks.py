"""Every benchmark still runs: a figure can only be taken again where its program works."""
import subprocess
import sys

import pytest

from tests.support.programs import BIN, ROOT

sys.path.insert(0, str(ROOT / "bench" / "lib"))

from verdict import judge  # noqa: E402

GOOGLE_BENCHMARKS = ["agents", "cache", "click_line", "decide", "drain_parse", "journal_append",
                     "parser", "ship_entry", "token"]


@pytest.mark.parametrize("name", GOOGLE_BENCHMARKS)
def test_runs_briefly(name, tmp_path):
    run = subprocess.run([BIN / f"bench_{name}", "--benchmark_min_time=0.001"], cwd=tmp_path,
                         capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert "ERROR OCCURRED" not in run.stdout, run.stdout


@pytest.mark.parametrize("name, counts", [("drain_store", ["5000", "1"]), ("link_memory", ["10000"]),
                                          ("eviction", [])])
def test_tables_are_made(name, counts, tmp_path):
    run = subprocess.run([BIN / f"bench_{name}", *counts], cwd=tmp_path, capture_output=True,
                         text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert any(digit.isdigit() for digit in run.stdout)


def run_tool(*command):
    return subprocess.run([ROOT / "bench" / command[0], *command[1:]], capture_output=True,
                          text=True, timeout=60, check=False)


def test_stages_are_counted_and_two_equal_builds_compare_as_equal():
    """Instructions of one program, counted twice, agree within the limit of compare."""
    run = run_tool("compare", BIN, BIN, "--instructions", "--stage", "click line")
    assert run.returncode == 0, run.stdout + run.stderr
    row = run.stdout.splitlines()[-1].split()
    assert float(row[2]) > 100 and row[4:] == ["1.000"], row


def build_that_says(folder, nanoseconds):
    """A build whose click_line runs, and says that it took so long: real times are noise here."""
    folder.mkdir()
    program = folder / "bench_click_line"
    program.write_text(f"""#!/usr/bin/env python3
import json, subprocess, sys
report = json.loads(subprocess.check_output(["{BIN}/bench_click_line", *sys.argv[1:]]))
for row in report["benchmarks"]:
    row["cpu_time"] = {nanoseconds}
print(json.dumps(report))
""", encoding="utf-8")
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize("after_ns, verdict", [(80, 0), (100, 1)])
def test_compare_fails_on_a_slowdown_alone(after_ns, verdict, tmp_path):
    before = build_that_says(tmp_path / "before", 80)
    after = build_that_says(tmp_path / "after", after_ns)
    run = run_tool("compare", before, after, "--bench", "click_line", "--only", "^write$",
                   "--rounds", "8", "--seconds", "0.02")
    assert run.returncode == verdict, run.stdout + run.stderr
    assert ("SLOWER" in run.stdout) == bool(verdict)


def test_noise_is_no_slowdown():
    """Times as a busy machine gives them, in two rows made up for the test; then with 6 % added."""
    first = [118.2, 131.0, 117.9, 119.4, 144.8, 118.8, 121.3, 118.1, 120.2, 118.6]
    second = [119.1, 118.3, 152.7, 118.9, 120.8, 119.9, 118.0, 133.5, 118.7, 119.3]
    assert not judge(first, second)[1]
    assert not judge(second, first)[1]
    assert judge(first, [1.06 * ns for ns in second])[1]
    assert not judge(first, [1.02 * ns for ns in second])[1], "too little to act upon"
    assert not judge([100.0] * 3, [150.0] * 3)[1], "three rounds prove nothing"
