"""A PostgreSQL of the run's own: in its folder, on a port of 127.0.0.1, as a user without rights when
root runs it (initdb refuses root)."""

import os
import shutil
import subprocess
from pathlib import Path

from processes import Process, RunError, free_ports

USER = "postgres"


def binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise RunError("PostgreSQL is not installed: deploy/install-packages test")
    return found[-1].parent


def as_user():
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] \
        if os.geteuid() == 0 else []


class Postgres:
    def __init__(self, yard, core):
        self.bin = binaries()
        folder = yard.dir / "postgres"
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chmod(yard.dir, 0o755)
            shutil.chown(folder, USER, USER)
        self.run(self.bin / "initdb", "-D", folder, "-U", USER, "-A", "trust", "-E", "UTF8",
                 "--locale=C")
        [self.port] = free_ports(1)
        command = [*as_user(), self.bin / "postgres", "-D", folder, "-p", self.port, "-k", folder,
                   "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=50"]
        self.process = Process("postgres", command, core, yard.dir / "postgres.log")
        yard.processes.append(self.process)
        self.process.wait_for_port(self.port)

    def run(self, *command):
        done = subprocess.run([*as_user(), *map(str, command)], capture_output=True, text=True,
                              cwd="/", check=False)
        if done.returncode != 0:
            raise RunError(f"{command[0]}: {done.stderr.strip()}")
        return done.stdout

    def sql(self, text, database="postgres"):
        return self.run(self.bin / "psql", "-h", "127.0.0.1", "-p", self.port, "-U", USER, "-At",
                        "-v", "ON_ERROR_STOP=1", "-c", text, database).strip()

    def new_database(self, name):
        """Returns its URL."""
        self.sql(f"CREATE DATABASE {name}")
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"
