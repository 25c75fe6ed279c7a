"""Processes of a load run: started pinned to a core, read for their CPU time, ended by pid."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass


class RunError(Exception):
    """A run cannot go on; the message names the thing and the remedy."""


@dataclass
class Cpu:
    """CPU seconds: `total` to the nanosecond, `user` sampled by the kernel's tick."""

    total: float = 0.0
    user: float = 0.0

    def __add__(self, other):
        return Cpu(self.total + other.total, self.user + other.user)

    def __sub__(self, other):
        return Cpu(self.total - other.total, self.user - other.user)


def cpu_of(pid):
    """CPU time of all threads of a process, dead ones included (Linux process clocks)."""
    profiled, user, scheduled = (time.clock_gettime(~pid << 3 | clock) for clock in (0, 1, 2))
    share = user / profiled if profiled else 0.0
    return Cpu(scheduled, scheduled * share)


def memory_of(pid):
    """Figures of /proc/PID/status in MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    return {name: int(fields[name].split()[0]) / 1024 for name in ("RssAnon", "RssShmem")}


class Process:
    def __init__(self, name, command, core, log_file):
        self.name = name
        self.log_file = log_file
        with open(log_file, "ab") as log:
            try:
                self.popen = subprocess.Popen(
                    ["taskset", "-c", str(core), *map(str, command)],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            except FileNotFoundError as error:
                raise RunError(f"{name}: {error.filename} is not installed") from error

    @property
    def pid(self):
        return self.popen.pid  # taskset becomes the program

    def pids(self):
        """The process and its children, such as nginx's worker."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as children:
            return [self.pid, *map(int, children.read().split())]

    def cpu(self):
        self.check()
        return sum((cpu_of(pid) for pid in self.pids()), Cpu())

    def memory_mib(self, shared=False):
        """What it and its children have taken for themselves; mapped files, which the kernel may
        drop, left out. `shared` adds what they share without a file, such as a dict of nginx."""
        memory = [memory_of(pid) for pid in self.pids()]
        private = sum(each["RssAnon"] for each in memory)
        return private + (max(each["RssShmem"] for each in memory) if shared else 0)

    def check(self):
        code = self.popen.poll()
        if code is not None:
            raise RunError(f"{self.name} ended with code {code}: {self.last_words()}")

    def last_words(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as log:
            lines = log.read().strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def wait_for_port(self, port, seconds=30.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        raise RunError(f"{self.name} does not listen on port {port} after {seconds:.0f} s: "
                       f"{self.last_words()}")

    def stop(self, seconds=15.0):
        if self.popen.poll() is not None:
            return
        self.popen.send_signal(signal.SIGINT if self.name == "edge" else signal.SIGTERM)
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


def free_ports(count):
    """Ports that are free now; held together so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def cores():
    return sorted(os.sched_getaffinity(0))
