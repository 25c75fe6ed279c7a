"""The place of a load run: a temporary folder and the servers in it, all on 127.0.0.1.

The server under test is pinned to one core; the loader, Redis and the tracker share the other."""

import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from processes import Process, RunError, free_ports
from redis_client import Redis

PEERS = Path(__file__).resolve().parent.parent / "peers"

# What the edge answers, roughly: stands in when a run measures the peers alone.
SAMPLE_HEADERS = [
    ("Location", "https://shop.example/welcome?utm_source=referral&utm_medium=link&c=whatsapp"
                 "&wm_click=" + "A" * 32),
    ("Set-Cookie", "wm_ref=1.k1." + "A" * 120 + "." + "A" * 22 +
                   "; Path=/; Max-Age=5184000; HttpOnly; Secure; SameSite=Lax"),
    ("Cache-Control", "private, no-store"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Robots-Tag", "noindex"),
]
# Fields that nginx writes itself.
OWN_FIELDS = {"date", "server", "location", "content-length", "content-type", "connection"}


@dataclass(eq=False)
class RedisServer:
    process: object
    port: int
    client: Redis
    idle: float = 0.0  # CPU seconds per second with nothing to do


class Yard:
    def __init__(self, server_core, loader_core, keep=False):
        self.server_core = server_core
        self.loader_core = loader_core
        self.keep = keep
        self.dir = Path(tempfile.mkdtemp(prefix="waymark-load-"))
        self.processes = []
        self.redis_servers = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.stop()
        if not self.keep:
            shutil.rmtree(self.dir, ignore_errors=True)

    def start(self, name, command, core, port):
        process = Process(name, command, core, self.dir / f"{name}.log")
        self.processes.append(process)
        process.wait_for_port(port)
        return process

    def keys_file(self):
        file = self.dir / "keys"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(f"k1 {secrets.token_hex(32)}\n", encoding="ascii")
        return file

    def folder(self, name):
        """A folder of that name in the yard, made when it is not there."""
        path = self.dir / name
        path.mkdir(exist_ok=True)
        return path

    def secret(self):
        """A key for peers that sign."""
        return self.keys_file().read_text(encoding="ascii").split()[1]

    def start_redis(self):
        server = self.plain_redis()
        self.redis_port, self.redis = server.port, server.client
        return server.process

    def plain_redis(self):
        """The Redis of this yard that writes no file."""
        return self._redis("redis", ["--appendonly", "no"])

    def durable_redis(self):
        """The Redis of this yard that writes what it acknowledges, and syncs it every second."""
        return self._redis("redis-durable", ["--appendonly", "yes", "--appendfsync", "everysec"])

    def _redis(self, name, settings):
        if name not in self.redis_servers:
            [port] = free_ports(1)
            process = self.start(name, [
                "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", *settings,
                "--dir", self.folder(name)], self.loader_core, port)
            self.redis_servers[name] = RedisServer(process, port, Redis(port))
        return self.redis_servers[name]

    def start_edge(self, program, settings):
        self.edge_port, self.edge_admin = free_ports(2)
        command = [program, "--listen", f"127.0.0.1:{self.edge_port}",
                   "--admin", f"127.0.0.1:{self.edge_admin}",
                   "--redis", f"redis://127.0.0.1:{self.plain_redis().port}",
                   "--journal", self.dir / "journal", "--keys", self.keys_file(),
                   *set_flags(["threads=1", *settings])]
        return self.start("edge", command, self.server_core, self.edge_port)

    def start_tracker(self, program, settings):
        self.api_port, public, admin = free_ports(3)
        command = [program, "--listen", f"127.0.0.1:{self.api_port}",
                   "--public", f"127.0.0.1:{public}", "--admin", f"127.0.0.1:{admin}",
                   "--redis", f"redis://127.0.0.1:{self.redis_port}",
                   "--store", f"sqlite:{self.dir / 'store.db'}", "--keys", self.keys_file(),
                   *set_flags(settings)]
        return self.start("tracker", command, self.loader_core, self.api_port)

    def start_nginx(self, answers):
        """One server per list of header fields in `answers`; returns the process and the ports."""
        ports = free_ports(len(answers))
        servers = "\n".join(nginx_server(port, fields)
                            for port, fields in zip(ports, answers, strict=True))
        template = (PEERS / "nginx-return.conf").read_text(encoding="ascii")
        config = self.dir / "nginx.conf"
        config.write_text(template.replace("@dir@", str(self.dir)).replace("@servers@", servers),
                          encoding="ascii")
        process = self.start("nginx", ["nginx", "-c", config, "-e", self.dir / "nginx-error.log"],
                             self.server_core, ports[-1])
        return process, ports

    def start_limit(self, program, fields):
        [port] = free_ports(1)
        lines = ["HTTP/1.1 302 Found", "Date: Thu, 01 Jan 2026 00:00:00 GMT",
                 *(f"{name}: {value}" for name, value in fields
                   if name.lower() not in OWN_FIELDS - {"location"}),
                 "Content-Length: 0", "", ""]
        answer = self.dir / "answer"
        answer.write_bytes("\r\n".join(lines).encode("ascii"))
        return self.start("limit", [program, port, answer], self.server_core, port), port


def set_flags(settings):
    """Of two for a key the later one: who starts a program adds to what is usual."""
    values = dict(setting.split("=", 1) for setting in settings)
    return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]


def nginx_server(port, fields):
    location = dict(fields).get("Location")
    if location is None:
        raise RunError("the answer to imitate holds no Location")
    added = [f'    add_header {name} "{value}" always;' for name, value in fields
             if name.lower() not in OWN_FIELDS]
    return "\n".join(["  server {", f"    listen 127.0.0.1:{port} backlog=1024;", *added,
                      f'    return 302 "{location}";', "  }"])
