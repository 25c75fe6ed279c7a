"""The consumers of deploy/consumers, run against a real Redis: killed in the middle and started again,
with everything delivered twice, each ends with every counted click exactly once."""
import collections
import json
import os
import sqlite3

import pytest

from tests.support.programs import BIN, ROOT, Program, RedisServer, wait_until

STREAM = "wm:clicks:{0}"
FOLDER = ROOT / "deploy/consumers"
CLICKS = 600
GROUPS = {name: f"example-{name}" for name in ("python", "node", "shell", "cpp")}


def line_of(n):
    click = {"v": 1, "id": f"0190163d-8694-7000-8000-{n:012x}", "ts": 1718360049300 + n,
             "code": "anna7", "referrer": f"rfr_{n % 3}", "ua": 'a "b" \\ \t \u00fc',
             "some_future_key": {"nested": [1, None]}}
    if n % 10 == 7:
        click["bot"] = "tool"
    if n % 10 == 8:
        click["test"] = True
    if n % 10 == 9:
        click["outcome"] = "expired"
    return json.dumps(click, ensure_ascii=False)


COUNTED = {json.loads(line_of(n))["id"]: json.loads(line_of(n)) for n in range(CLICKS) if n % 10 < 7}


class Python(Program):
    def start(self, redis):
        self.file = self.log.parent / "python.db"
        self.launch(["/usr/bin/python3", FOLDER / "python/consume.py", "--redis", redis.url,
                     "--store", self.file])

    def ids(self, _):
        return rows_of(self.file)


class Cpp(Program):
    def start(self, redis):
        self.file = self.log.parent / "cpp.db"
        self.launch([BIN / "example_consumer", "127.0.0.1", redis.port, self.file])

    def ids(self, _):
        return rows_of(self.file)


class Shell(Program):
    def start(self, redis):
        self.folder = self.log.parent / "clicks"
        self.launch([FOLDER / "shell/consume", redis.url, self.folder])

    def ids(self, _):
        files = list(self.folder.glob("*.json")) if self.folder.exists() else []
        found = {file.stem: json.loads(file.read_text()) for file in files}
        assert all(COUNTED[name] == click for name, click in found.items())
        return list(found)


class Node(Program):
    def start(self, redis):
        os.environ.setdefault("NODE_PATH", "/usr/share/nodejs")
        self.launch(["node", FOLDER / "node/consume.js", redis.url])

    def ids(self, redis):
        """What it has seen; the counts, which are its effect, say as much."""
        counts = {name: int(n) for name, n in redis.hgetall("example:clicks").items()}
        seen = [key.rpartition(":")[2] for key in redis.command("KEYS", "example:seen:*")]
        if not self.running():
            assert counts == collections.Counter(COUNTED[each]["referrer"] for each in seen)
        return seen


KINDS = {"python": Python, "node": Node, "shell": Shell, "cpp": Cpp}


def rows_of(file):
    if not file.exists():
        return []
    store = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
    try:
        return [row[0] for row in store.execute("SELECT id FROM clicks")]
    except sqlite3.OperationalError:  # no table yet
        return []
    finally:
        store.close()


def add(client, numbers, origin="edge/00000000000000aa/0"):
    """Entries of five lines each."""
    numbers = list(numbers)
    for begin in range(0, len(numbers), 5):
        part = numbers[begin:begin + 5]
        client.command("XADD", STREAM, "*", "origin", origin, "first", part[0] + 1, "body",
                       "\n".join(line_of(n) for n in part))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_click_once_through_kills_and_repeats(folder, name):
    redis = RedisServer(folder)
    consumer = KINDS[name](name, folder)
    client = redis.client()
    try:
        client.command("HSET", "wm:stream", "0", "0123456789abcdef")
        add(client, range(200))
        client.command("XADD", STREAM, "*", "origin", "edge/00000000000000aa/0", "first", 201,
                       "body", "", "lost", 3, "reason", "checksum")
        client.command("XADD", STREAM, "*", "origin", "edge/00000000000000aa/0", "end", 1)
        client.command("XADD", STREAM, "*", "origin", "x", "first", 1, "body",
                       'no json\n{"v":2,"id":"later"}')
        consumer.start(redis)
        wait_until(lambda: len(consumer.ids(redis)) > 20, f"it works\n{consumer.log_text()}")
        consumer.kill()
        # It was handed more, and died before it had done anything with it.
        add(client, range(200, 400))
        client.command("XREADGROUP", "GROUP", GROUPS[name], "one", "COUNT", 30, "STREAMS", STREAM,
                       ">")
        assert client.command("XPENDING", STREAM, GROUPS[name])[0] > 0
        consumer.start(redis)
        add(client, range(100, CLICKS))  # half of it comes again
        wait_until(lambda: len(consumer.ids(redis)) >= len(COUNTED),
                   f"all are there\n{consumer.log_text()}", 60)
        wait_until(lambda: client.command("XPENDING", STREAM, GROUPS[name])[0] == 0,
                   "everything is acknowledged")
        add(client, range(0, CLICKS))  # and all of it once more
        last = client.command("XINFO", "STREAM", STREAM)
        newest = last[last.index("last-generated-id") + 1]

        def done():
            group, = client.command("XINFO", "GROUPS", STREAM)
            fields = dict(zip(group[::2], group[1::2]))
            return fields["last-delivered-id"] == newest and fields["pending"] == 0
        wait_until(done, f"the repetitions are read\n{consumer.log_text()}", 60)
        consumer.kill()
        assert sorted(consumer.ids(redis)) == sorted(COUNTED)
    finally:
        client.close()
        consumer.kill()
        redis.kill()


def test_the_connect_configuration_is_yaml_and_names_the_stream():
    yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed")
    text = (FOLDER / "redpanda-connect.yaml").read_text()
    config = yaml.safe_load(text)
    assert config["input"]["redis_streams"]["streams"] == [STREAM]
    assert config["input"]["redis_streams"]["body_key"] == "body"
    assert "not run here" in text
