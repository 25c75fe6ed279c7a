"""A real PostgreSQL for tests: a cluster of the test's own, on a free port."""
import json
import os
import pathlib
import shutil
import signal
import subprocess

from tests.support.programs import Program, free_port, wait_until

USER = "postgres"


def binaries():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "PostgreSQL is not installed: deploy/install-packages test"
    return found[-1].parent


def without_rights(command):
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command]


class PostgresServer(Program):
    def __init__(self, folder, address="127.0.0.1"):
        """`address`: where others reach it, who are let in without a password."""
        super().__init__("postgres", folder)
        self.folder = pathlib.Path(folder) / "postgres"
        self.folder.mkdir(mode=0o700)
        self.address, self.port = address, free_port()
        self.url = f"postgresql://{USER}@{address}:{self.port}/postgres"
        if os.geteuid() == 0:
            pathlib.Path(folder).chmod(0o711)
            shutil.chown(self.folder, USER, USER)
        self.run("initdb", "-D", self.folder, "-U", USER, "-A", "trust", "-E", "UTF8",
                 "--locale=C", "-N")
        with open(self.folder / "pg_hba.conf", "a") as rules:
            rules.write("host all all all trust\n")
        self.start()

    def run(self, program, *words):
        done = subprocess.run(without_rights([str(binaries() / program), *map(str, words)]),
                              capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, f"{program}: {done.stderr}"
        return done.stdout

    def start(self):
        """After kill() too: it waits for the rest of the processes that lost their first one."""
        # Tests kill the server, not the machine: what it has written to the kernel is enough.
        def started():
            if not self.running():
                self.launch(without_rights(
                    [binaries() / "postgres", "-D", self.folder, "-k", self.folder, "-p",
                     self.port, "-h", self.address, "-F", "-c", "max_connections=50"]))
            return self.running() and self._answers()
        wait_until(started, "postgres answers", 60.0)

    def stop(self):
        """An orderly end that does not wait for its clients."""
        self.end(signal.SIGINT)

    def close(self):
        self.kill()

    def _answers(self):
        return subprocess.run([binaries() / "pg_isready", "-q", "-h", self.address, "-p",
                               str(self.port)]).returncode == 0

    def rows(self, sql):
        """Rows as dictionaries; through its socket, which a cut network does not touch."""
        text = self.run("psql", "-At", "-v", "ON_ERROR_STOP=1", "-c",
                        f"SELECT coalesce(json_agg(r), '[]') FROM ({sql}) r", "-h", self.folder, "-p",
                        self.port, "-U", USER, "postgres")
        return json.loads(text)
