"""A real PostgreSQL server of a test's own: a new cluster, a Unix socket in its folder, no port."""
import glob
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from tests.support.programs import Program, wait_until


def program(name):
    """Debian keeps the server's programs out of PATH."""
    for version in ("15", "17", "16"):
        for path in glob.glob(f"/usr/lib/postgresql/{version}/bin/{name}"):
            return path
    raise AssertionError(f"no {name} below /usr/lib/postgresql: deploy/install-packages test")


class PostgresServer(Program):
    """`folder` holds the log; the cluster has one of its own, with a path short enough for a
    socket."""

    def __init__(self, folder):
        super().__init__("postgres", folder)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-pg-"))
#Root may not run it.
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] \
            if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres", "postgres")
        self.url = f"postgresql://waymark@/postgres?host={self.folder}"
        subprocess.run([*self.user, program("initdb"), "-D", self.folder / "data", "-U", "waymark",
                        "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], check=True,
                       stdout=subprocess.DEVNULL, cwd=self.folder)
        self.start()

    def start(self):
        """After kill() too: it waits for the rest of the processes that lost their first one."""
        def started():
            if not self.running():
                self.launch([*self.user, program("postgres"), "-D", self.folder / "data", "-k",
                             self.folder, "-h", "", "-F"])
            return self.running() and subprocess.run(
                [program("pg_isready"), "-q", "-h", self.folder], check=False).returncode == 0
        wait_until(started, "postgres answers", 60.0)

    def stop(self):
        """An orderly end that does not wait for its clients."""
        self.end(signal.SIGINT)

    def rows(self, sql):
        text = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-d", self.url, "-c",
                               f"SELECT row_to_json(rows) FROM ({sql}) AS rows"], check=True,
                              capture_output=True, text=True, timeout=60).stdout
        return [json.loads(line) for line in text.splitlines()]

    def close(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
