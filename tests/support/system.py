"""The whole system: Redis, tracker and edge as they ship, in one folder."""
import json
import os
import pathlib
import sqlite3
import subprocess

from tests.support import rawhttp
from tests.support.fault_proxy import FaultProxy
from tests.support.programs import BIN, Program, RedisServer, free_port, is_listening, wait_until


def ready(admin_port):
    if not is_listening(admin_port):
        return False
    try:
        return rawhttp.get(admin_port, "/readyz").status == 200
    except (OSError, rawhttp.Incomplete):
        return False


def set_flags(usual, settings):
    """What a test sets takes the place of what is usual."""
    values = {**usual, **dict(setting.split("=", 1) for setting in settings)}
    return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]


class Observed(Program):
    """A program with an admin address."""

    def metric(self, series):
        """The value of one series of /metrics, labels and all."""
        page = rawhttp.get(self.admin, "/metrics").body.decode()
        for line in page.splitlines():
            if line.startswith(series + " "):
                return float(line.split()[-1])
        raise AssertionError(f"no series {series} in\n{page}")


class Edge(Observed):
    def __init__(self, folder, redis_url, keys, name="edge", journal=None, settings=(),
                 socket=False):
        """With `socket` it listens on a Unix socket, too: tests that send pieces need one."""
        super().__init__(name, folder)
        self.port, self.admin = free_port(), free_port()
        self.journal = journal or pathlib.Path(folder) / "journal"
        self.socket = pathlib.Path(folder) / f"{name}.sock" if socket else None
        listen = f"127.0.0.1:{self.port}" + (f",unix:{self.socket}" if socket else "")
        self.command = [BIN / "waymark-redirect", "--listen", listen,
                        "--admin", f"127.0.0.1:{self.admin}", "--redis", redis_url, "--journal",
                        self.journal, "--keys", keys,
                        *set_flags({"threads": 2, "cookies.secure": "false"}, settings)]

    def start(self, wait=True):
        self.launch(self.command)
        if wait:
            self.wait_ready(lambda: ready(self.admin))

    def warm(self, target):
        """Asks often enough that every thread knows the link: each has a cache of its own."""
        for _ in range(24):
            assert self.get(target).status == 302

    def get(self, target, headers=None, method="GET"):
        return rawhttp.get(self.port, target, headers, method)


class Tracker(Observed):
    def __init__(self, folder, redis_url, keys, edge_url, settings=(), name="tracker",
                 postgres=None):
        """Its store is a file of its own, or this PostgresServer."""
        super().__init__(name, folder)
        self.postgres = postgres
        self.port, self.admin = free_port(), free_port()
        self.store = pathlib.Path(folder) / "waymark.db"
        self.key_file = pathlib.Path(folder) / "api-key"
        self.command = [BIN / "waymark-tracker", "--listen", f"127.0.0.1:{self.port}",
                        "--public", f"127.0.0.1:{free_port()}", "--admin",
                        f"127.0.0.1:{self.admin}", "--redis", redis_url, "--store",
                        postgres.url if postgres else f"sqlite:{self.store}", "--keys", keys,
                        "--bootstrap-key-file", self.key_file,
                        *set_flags({"links.base_url": edge_url}, settings)]

    def start(self, wait=True):
        self.launch(self.command)
        if wait:
            self.wait_ready(lambda: ready(self.admin))

    def api(self, method, path, body=None):
        """Returns status and JSON."""
        headers = {"Authorization": f"Bearer {self.key_file.read_text().strip()}"}
        data = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        answer = rawhttp.get(self.port, path, headers, method, data)
        return answer.status, json.loads(answer.body) if answer.body else None

    def rows(self, sql, *values):
        """Reads the store, as others may while the tracker runs."""
        if self.postgres is not None:
            assert not values, "not needed yet"
            return self.postgres.rows(sql)
        connection = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


class System:
    def __init__(self, folder, redis_options=(), edge_settings=(), tracker_settings=(),
                 postgres=None, redis=None, proxied=False, socket=False):
        """`redis` takes the place of a server of its own: a Cluster, a master behind Sentinels.
        With `proxied` each of edge and tracker reaches Redis through a proxy: edge_way,
        tracker_way. With `socket` the edge listens on a Unix socket, too."""
        self.folder = pathlib.Path(folder)
        self.postgres, self.tracker_settings = postgres, tracker_settings
        self.keys = self.folder / "keys"
        self.waymark("keys", "new", self.keys)
        self.redis = redis or RedisServer(folder, *redis_options)
        self.redis_flags = ["--redis", self.redis.url]  # of `waymark`
        self.ways = [FaultProxy(self.redis.port) for _ in range(2)] if proxied else []
        self.edge_way, self.tracker_way = self.ways or (self.redis, self.redis)
        self.edge = Edge(folder, self.edge_way.url, self.keys, settings=edge_settings,
                         socket=socket)
        self.tracker = Tracker(folder, self.tracker_way.url, self.keys,
                               f"http://127.0.0.1:{self.edge.port}", tracker_settings,
                               postgres=postgres)
        self.more = []  # programs that a test adds

    def add_tracker(self):
        """Another one on the same store and Redis; not started yet."""
        tracker = Tracker(self.folder, self.redis.url, self.keys,
                          f"http://127.0.0.1:{self.edge.port}", self.tracker_settings,
                          f"tracker-{len(self.more) + 2}", self.postgres)
        self.more.append(tracker)
        return tracker

    def start(self):
        self.tracker.start()
        self.edge.start()
        return self

    def with_link(self):
        """One campaign and one link, `try`."""
        self.add_campaign("camp_demo", status="live", window_days="30")
        self.add_link("try", campaign="camp_demo", referrer="rfr_anna")
        return self

    def close(self):
        for program in [*self.more, self.edge, self.tracker, self.redis, *self.ways]:
            program.kill()

    def run(self, *words, environment=None):
        """Runs `waymark` against this system; returns the finished process."""
        state = self.folder / "state"
        return subprocess.run(
            [str(BIN / "waymark"), *[str(word) for word in words]], capture_output=True, text=True,
            timeout=60, stdin=subprocess.DEVNULL,
            env=dict(os.environ, XDG_STATE_HOME=str(state), **(environment or {})))

    def waymark(self, *words):
        """The same; fails unless it succeeds, returns what it printed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def waymark_api(self, *words):
        return self.waymark(*words, "--api", f"http://127.0.0.1:{self.tracker.port}",
                            "--api-key-file", self.tracker.key_file)

    def add_link(self, code, destination="https://shop.example/welcome", **fields):
        """Writes a link straight into Redis, as any other system may."""
        self.redis.hset(f"wm:link:*/{code}", destination=destination, **fields)

    def add_campaign(self, name, **fields):
        self.redis.hset(f"wm:campaign:{name}", **(fields or {"status": "live"}))

    def click(self, token):
        """The stored click of a token, as the API shows it; waits until it is there."""
        def look():
            status, click = self.tracker.api("GET", f"/v1/clicks/{token}")
            return click if status == 200 else None
        return wait_until(look, f"click {token} is in the store")
