"""Node with Fastify and ioredis, doing the whole job."""

import json
import shutil
import subprocess

from peers.peer import CEILING, KEPT, PEERS, PROCESS, Peer, lacks
from processes import free_ports
from stream import PlainStream
from yard import OWN_FIELDS

NODE_MAJOR_MIN = 20
SOURCE = PEERS / "fastify"
# Packages are put beside the build, never into the source folder.
INSTALLED = PEERS.parent.parent / "build" / "loadtest" / "fastify"


# Logger off is Fastify's default; keep-alive and auto-pipelining are on.
NODE = ["env", "NODE_ENV=production", "node"]


class FastifyBare(Peer):
    """What Fastify takes before a service does anything."""

    compiles = True

    def __init__(self):
        super().__init__("Fastify bare", "fixed answer", CEILING)

    def missing(self):
        return cannot_run()

    def start(self, yard, answer):
        free = OWN_FIELDS - {"location"}
        fields = {name: value for name, value in answer if name.lower() not in free}
        [self.port] = free_ports(1)
        self.process = yard.start(
            "fastify-bare", [*NODE, INSTALLED / "bare.mjs", self.port, json.dumps(fields)],
            yard.server_core, self.port)


class Fastify(Peer):
    compiles = True

    def __init__(self, awaited, links_max=100_000, held_seconds=60):
        name = "Fastify awaited" if awaited else "Fastify"
        super().__init__(name, "lookup, signed cookie, click", KEPT if awaited else PROCESS,
                         durable=awaited, holds_links=True)
        self.mode = "awaited" if awaited else "sent"
        self.links_max, self.held_seconds = links_max, held_seconds

    def missing(self):
        return cannot_run()

    def start(self, yard, answer):
        self.redis = yard.durable_redis() if self.durable else yard.plain_redis()
        name = self.name.replace(" ", "-")
        [self.port] = free_ports(1)
        self.process = yard.start(
            name, [*NODE, INSTALLED / "server.mjs", self.port, self.redis.port, name,
                   yard.secret(), self.mode, self.links_max, self.held_seconds],
            yard.server_core, self.port)
        self.stream = PlainStream(self.redis.client, name)


def cannot_run():
    return lacks("node", "nodejs") or node_too_old() or packages_missing()


def node_version():
    return subprocess.run(["node", "--version"], capture_output=True, text=True,
                          check=True).stdout.strip()


def node_too_old():
    version = node_version()
    if int(version.removeprefix("v").split(".")[0]) >= NODE_MAJOR_MIN:
        return None
    return (f"node {version} is too old: Fastify 5 needs {NODE_MAJOR_MIN} or later "
            "(Debian 13 has it)")


def packages_missing():
    """Installs what package-lock.json pins, once; says why it could not."""
    copy_source("*.mjs")
    lock = INSTALLED / "package-lock.json"
    pinned = (SOURCE / "package-lock.json").read_bytes()
    if lock.exists() and lock.read_bytes() == pinned:
        return None
    if lacking := lacks("npm", "npm"):
        return lacking
    copy_source("package*.json")
    done = subprocess.run(["npm", "ci", "--omit=dev", "--no-audit", "--no-fund",
                           "--ignore-scripts"], cwd=INSTALLED,
                          capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    lock.unlink()  # so that the next run tries again
    reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return f"npm ci cannot install what {SOURCE / 'package-lock.json'} pins: {reason}"


def copy_source(pattern):
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for file in SOURCE.glob(pattern):
        shutil.copyfile(file, INSTALLED / file.name)
