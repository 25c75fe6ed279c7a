"""No line of C++ is wider than 100 columns; ruff holds Python to the same."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
WIDTH_MAX = 100
FOLDERS = ["common", "redirect", "tracker", "bench", "loadtest", "tests"]
TABLES = {ROOT / "loadtest/mix/agents.cpp"}  # whole header lines as browsers send them


def test_no_line_is_wider_than_the_page():
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.[ch]pp")]
    assert len(files) > 100
    wide = [f"{file.relative_to(ROOT)}:{number}"
            for file in set(files) - TABLES
            for number, line in enumerate(file.read_text().splitlines(), 1)
            if len(line) > WIDTH_MAX]
    assert not wide
