"""Runs the unit test programs of a build and the Python tests, and adds up their counts.

The last line is exactly `N passed, N failed`, with `, N skipped` when there were any.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
# No single program of tests may hang the whole run.
UNIT_SECONDS_MAX = 300
PYTHON_SECONDS_MAX = 1200


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add_report(self, report):
        """Adds a JUnit report, as gtest and pytest write it; False when there is none."""
        try:
            tree = ElementTree.parse(report)
        except (OSError, ElementTree.ParseError):
            return False
        for case in tree.iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                self.failed += 1
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                self.skipped += 1
            else:
                self.passed += 1
        return True

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


def run(name, command, seconds_max, environment=None):
    """Runs a program; its output is shown only when it fails. Returns whether it succeeded."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds_max, env=environment)
        output, success = done.stdout, done.returncode == 0
    except subprocess.TimeoutExpired as error:
        output, success = (error.stdout or b"") + b"\nstopped: took too long", False
    print(f"{'ok    ' if success else 'FAILED'} {name}", flush=True)
    if not success:
        print(output.decode(errors="replace"), flush=True)
    return success


def run_unit_programs(build, word, reports, counts):
    for program in sorted((build / "bin").glob("unit_*")):
        if word and word not in program.name:
            continue
        report = reports / f"{program.name}.xml"
        command = [str(program), f"--gtest_output=xml:{report}"]
        success = run(program.name, command, UNIT_SECONDS_MAX)
        failed_before = counts.failed
        counted = counts.add_report(report)
        if not success and (not counted or counts.failed == failed_before):
            counts.failed += 1  # died instead of reporting


def run_python_tests(build, word, reports, counts):
    report = reports / "pytest.xml"
    command = ["/usr/bin/python3", "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider",
               f"--junitxml={report}", "tests/integration", "tests/faults"]
    if word:
        command += ["-k", word]
    environment = dict(os.environ, WAYMARK_BIN=str(build / "bin"), PYTHONDONTWRITEBYTECODE="1")
    success = run("python tests", command, PYTHON_SECONDS_MAX, environment)
    failed_before = counts.failed
    counted = counts.add_report(report)
    nothing_matched = word and counted and counts.failed == failed_before
    if not success and not nothing_matched and (not counted or counts.failed == failed_before):
        counts.failed += 1


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    word = sys.argv[2] if len(sys.argv) > 2 else ""
    counts = Counts()
    with tempfile.TemporaryDirectory(prefix="waymark-reports-") as folder:
        reports = pathlib.Path(folder)
        run_unit_programs(build, word, reports, counts)
        run_python_tests(build, word, reports, counts)
    print(counts)
    return 1 if counts.failed or not counts.passed else 0


if __name__ == "__main__":
    sys.exit(main())
