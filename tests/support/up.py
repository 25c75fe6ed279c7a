"""A running `waymark up --demo`."""
import json
import os
import signal
import subprocess

from tests.support.programs import BIN


class Up:
    def __init__(self, folder, *words):
        self.environment = dict(os.environ, XDG_STATE_HOME=str(folder))
        self.log = folder / "up.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(BIN / "waymark"), "up", "--demo", "--json", *words], stdout=subprocess.PIPE,
                stderr=log, stdin=subprocess.DEVNULL, env=self.environment)
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        self.system = json.loads(line)

    def port(self, name):
        return int(self.system[name].rpartition(":")[2])

    def waymark(self, *words):
        done = subprocess.run([str(BIN / "waymark"), *words], capture_output=True, text=True,
                              timeout=60, env=self.environment, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def children(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        pids = open(path).read().split()
        return {open(f"/proc/{pid}/comm").read().strip(): int(pid) for pid in pids}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()
        self.process.stdout.close()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)
