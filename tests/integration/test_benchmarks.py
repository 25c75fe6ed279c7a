"""Every benchmark still runs: a figure can only be taken again where its program works."""
import subprocess

import pytest

from tests.support.programs import BIN

GOOGLE_BENCHMARKS = ["agents", "cache", "click_line", "decide", "drain_parse", "journal_append",
                     "parser", "token"]


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
