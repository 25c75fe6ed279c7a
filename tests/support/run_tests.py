"""Runs a build's unit test programs and fuzzers and the Python tests, and adds up their counts.

A test that was skipped says why. The last line is exactly `N passed, N failed`, with `, N skipped`
when there were any.
"""
import concurrent.futures
import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
# No single program of tests may hang the whole run.
PROGRAM_SECONDS_MAX = 300
PYTHON_SECONDS_MAX = 1200
NOTHING_SELECTED = 5  # exit code of pytest
PYTHON_FOLDERS = (("faults",), ("integration",), ("browser", "conformance", "unit"))
# What a fuzzer tries here; tests/fuzz/README.md tells how to let one run for longer.
FUZZ_RUNS = 20_000


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: list = dataclasses.field(default_factory=list)  # (name, reason)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {len(self.skipped)} skipped" if self.skipped else "")


def read_report(report):
    """Counts of a JUnit report, as gtest and pytest write it; None when there is none."""
    try:
        tree = ElementTree.parse(report)
    except (OSError, ElementTree.ParseError):
        return None
    counts = Counts()
    for case in tree.iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            counts.failed += 1
        elif skipped is not None or case.get("status") == "notrun":
            reason = (skipped.get("message") if skipped is not None else None) or "not run"
            counts.skipped.append((case.get("name"), " ".join(reason.split())))
        else:
            counts.passed += 1
    return counts


def run(name, command, seconds_max, environment=None, good=(0,)):
    """Runs a program; its output is shown only when its exit code is not good. Returns the code."""
    begin = time.monotonic()
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds_max, env=environment)
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as error:
        output, code = (error.stdout or b"") + b"\nstopped: took too long", -1
    text = f"{'ok    ' if code in good else 'FAILED'} {name} ({time.monotonic() - begin:.0f} s)"
    print(text if code in good else f"{text}\n{output.decode(errors='replace')}", flush=True)
    return code


def run_reporting(name, command, seconds_max, report, environment=None, good=(0,)):
    """Runs a program that writes a report; one that died instead counts as a failure."""
    code = run(name, command, seconds_max, environment, good)
    counts = read_report(report)
    if counts is None or (code not in good and not counts.failed):
        counts = counts or Counts()
        counts.failed += 1
    return counts


def run_unit_program(program, reports):
    report = reports / f"{program.name}.xml"
    return run_reporting(program.name, [str(program), f"--gtest_output=xml:{report}"],
                         PROGRAM_SECONDS_MAX, report)


def run_fuzzer(program, reports):
    command = [str(program), "--runs", str(FUZZ_RUNS), "--dump", str(reports / program.name)]
    code = run(program.name, command, PROGRAM_SECONDS_MAX)
    return Counts(failed=1) if code else Counts(passed=1)


def run_programs(build, word, reports):
    """All at once, one for each core: each has servers, ports and folders of its own."""
    jobs = [(runner, program)
            for runner, pattern in ((run_unit_program, "unit_*"), (run_fuzzer, "fuzz_*"))
            for program in sorted((build / "bin").glob(pattern)) if word in program.name]
    counts = Counts()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as cores:
        for each in cores.map(lambda job: job[0](job[1], reports), jobs):
            counts.add(each)
    return counts


def run_python_tests(folders, build, word, reports):
    name = f"python tests of {', '.join(folders)}"
    report = reports / f"pytest-{folders[0]}.xml"
    command = ["/usr/bin/python3", "-m", "pytest", "-q", "--tb=short", "--durations=10",
               f"--junitxml={report}", *(f"tests/{folder}" for folder in folders)]
    if word:
        command += ["-k", word]
    ports = f"{PYTHON_FOLDERS.index(folders)}/{len(PYTHON_FOLDERS)}"
    environment = dict(os.environ, WAYMARK_BIN=str(build / "bin"), PYTHONDONTWRITEBYTECODE="1",
                       WAYMARK_TEST_PORTS=ports)
    good = (0, NOTHING_SELECTED) if word else (0,)
    return run_reporting(name, command, PYTHON_SECONDS_MAX, report, environment, good)


def run_python_folders(build, word, reports):
    """Side by side: faults mostly wait, for leases that end and servers that come back."""
    counts = Counts()
    with concurrent.futures.ThreadPoolExecutor(len(PYTHON_FOLDERS)) as threads:
        for each in threads.map(lambda folders: run_python_tests(folders, build, word, reports),
                                PYTHON_FOLDERS):
            counts.add(each)
    return counts


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    word = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory(prefix="waymark-reports-") as folder:
        reports = pathlib.Path(folder)
        counts = run_programs(build, word, reports)
        counts.add(run_python_folders(build, word, reports))
    for name, reason in counts.skipped:
        print(f"skipped {name}: {reason}")
    print(counts)
    return 1 if counts.failed or not counts.passed else 0


if __name__ == "__main__":
    sys.exit(main())
