"""Real servers for tests: on free ports of 127.0.0.1, in the folder of the test, ended by pid."""
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

from tests.support.resp import Hashes, Redis, RedisError

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("WAYMARK_BIN", ROOT / "build/release/bin"))


def shuffled_ports():
    """Below the range from which outgoing connections take theirs: one of them could take the port
    before the program that it is meant for. Each port comes once: chosen and not yet bound, it
    would look free to the next one who asks. Runs side by side take every n-th, from another start
    each (WAYMARK_TEST_PORTS=START/N)."""
    start, step = map(int, os.environ.get("WAYMARK_TEST_PORTS", "0/1").split("/"))
    outgoing = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    ports = list(range(10_000 + start, max(outgoing, 12_000), step))
    random.shuffle(ports)
    yield from ports


PORTS = shuffled_ports()


def free_port():
    for port in PORTS:
        try:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
            return port
        except OSError:
            continue
    raise AssertionError("every port has been given out")


def wait_until(condition, what, seconds_max=20.0):
    """Polls until `condition()` is true, and returns its value."""
    end = time.monotonic() + seconds_max
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds_max} s in vain: {what}")
        time.sleep(0.02)


def wait_until_heard(condition):
    """For what a running program must hear of: sooner, on a busy machine, too, than `cache.unknown`
    (10 s) or `cache.refresh` would have it asked for untold."""
    return wait_until(condition, "the edge has heard of it", 5.0)


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Program:
    """A process with a log file."""

    def __init__(self, name, folder):
        self.name = name
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.process = None
        self.environment = {}  # added to that of the test

    def launch(self, command):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL,
                                            env={**os.environ, **self.environment})

    def running(self):
        return self.process is not None and self.process.poll() is None

    def wait_ready(self, ready, seconds_max=20.0):
        def check():
            if not self.running():
                raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n"
                                     + self.log_text()[-4000:])
            return ready()
        wait_until(check, f"{self.name} is ready:\n{self.log_text()[-2000:]}", seconds_max)

    def kill(self):
        """SIGKILL: no chance to tidy up."""
        if self.running():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def end(self, number=signal.SIGINT, seconds_max=30.0):
        """Asks it to end; returns its exit code."""
        if self.running():
            self.process.send_signal(number)
        return self.process.wait(timeout=seconds_max)

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class RedisServer(Hashes, Program):
    def __init__(self, folder, *options, name="redis"):
        super().__init__(name, folder)
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.options = options
        self.start()

    def start(self, append_only=True, more=(), wait=True):
        """Without the append-only file it comes back with what the last snapshot held."""
        self.launch(["redis-server", "--bind", "127.0.0.1", "--port", self.port, "--dir",
                     self.folder, "--appendonly", "yes" if append_only else "no", "--save", "",
                     "--maxmemory-policy", "noeviction", "--loglevel", "warning", *self.options,
                     *more])
        if wait:
            self.wait_ready(lambda: self.ping() == "PONG")

    def ping(self):
        """What it says, errors too; nothing when it cannot be reached."""
        try:
            return self.command("PING")
        except RedisError as error:
            return str(error)
        except OSError:
            return ""

    def client(self):
        return Redis(self.port)

    def command(self, *words):
        client = self.client()
        try:
            return client.command(*words)
        finally:
            client.close()
