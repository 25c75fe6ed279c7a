"""The click stream as a product: its state, its groups, its clicks as events and from the store."""
import csv
import json
import socket

from tests.support import rawhttp
from tests.support.programs import wait_until

STREAM = "wm:clicks:{0}"


def click_some(system, count):
    """Clicks that are in the store when this returns; their ids."""
    tokens = [system.edge.get("/try").click_token() for _ in range(count)]
    return [system.click(token)["id"] for token in tokens]


def json_of(system, *words):
    return json.loads(system.waymark_api(*words, "--json"))


def failure(system, *words):
    done = system.run(*words, "--api", f"http://127.0.0.1:{system.tracker.port}",
                      "--api-key-file", system.tracker.key_file)
    assert done.returncode != 0, done.stdout
    return done.returncode, done.stderr


class Listener:
    """Reads server-sent events as they come."""

    def __init__(self, system, query="", last_event_id=None, key=None):
        key = key or system.tracker.key_file.read_text().strip()
        head = f"GET /v1/clicks/stream{query} HTTP/1.0\r\nAuthorization: Bearer {key}\r\n"
        if last_event_id:
            head += f"Last-Event-ID: {last_event_id}\r\n"
        self.socket = socket.create_connection(("127.0.0.1", system.tracker.port), timeout=20)
        self.socket.sendall(head.encode() + b"\r\n")
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.head = list(iter(lambda: self.file.readline().strip(), b""))

    def next(self):
        """The next event as a dictionary; comments and retry times are passed over."""
        event = {}
        while True:
            line = self.file.readline().decode().rstrip("\n")
            if line == "" and "data" in event:
                return event
            name, _, value = line.partition(": ")
            if name in ("id", "event", "data"):
                event[name] = value

    def clicks(self, count):
        events = [self.next() for _ in range(count)]
        assert {event["event"] for event in events} == {"click"}, events
        return events

    def close(self):
        self.file.close()
        self.socket.close()


def ids_of(events):
    return [json.loads(event["data"])["id"] for event in events]


def test_events_come_as_clicks_are_made_and_go_on_from_the_last(system):
    click_some(system, 1)  # before anybody listened
    listener = Listener(system)
    assert listener.status == 200
    wait_until(lambda: system.tracker.metric("waymark_click_events_listeners") == 1, "listening")
    wait_until(lambda: b"retry" in listener.file.readline(), "the stream has begun")
    made = click_some(system, 3)
    events = listener.clicks(3)
    assert sorted(ids_of(events)) == sorted(made)
    listener.close()

    more = click_some(system, 2)
    again = Listener(system, last_event_id=events[0]["id"])
    heard = ids_of(again.clicks(4))
    assert heard[:2] == ids_of(events)[1:]
    # Threads of the edge ship each for itself: their clicks have no order among each other.
    assert sorted(heard[2:]) == sorted(more), "nothing is missing, nothing comes twice"
    again.close()


def test_an_event_id_names_entry_and_line(system):
    click_some(system, 1)
    lines = [json.dumps({"v": 1, "id": f"0190163d-8694-7000-8000-00000000000{n}",
                         "ts": 1718360049300, "code": code})
             for n, code in enumerate(["anna7", "ben_2", "anna7"])]
    entry = system.redis.command("XADD", STREAM, "*", "origin", "x/00000000000000aa/0", "first", 1,
                                 "body", "\n".join(lines))
    listener = Listener(system, last_event_id="0:0-1")
    events = []
    while len(events) < 3:  # the entry of the edge comes first
        event = listener.next()
        if "0190163d" in event["data"]:
            events.append(event)
    assert [event["id"] for event in events] == [f"0:{entry}/1", f"0:{entry}/2", f"0:{entry}"]
    assert [event["data"] for event in events] == lines, "byte for byte"
    listener.close()

    inside = Listener(system, last_event_id=f"0:{entry}/1")
    assert [event["data"] for event in inside.clicks(2)] == lines[1:]
    inside.close()
    filtered = Listener(system, "?code=anna7", last_event_id=f"0:{entry}/1")
    assert filtered.next()["data"] == lines[2]
    filtered.close()


def test_a_listener_that_comes_too_late_is_told(make_system):
    system = make_system(tracker_settings=["stream.keep=0s"]).start()
    system.add_link("try")
    click_some(system, 2)
    first = system.redis.command("XINFO", "STREAM", STREAM)
    wait_until(lambda: system.redis.command("XLEN", STREAM) == 0, "all is trimmed")
    listener = Listener(system, last_event_id="0:5-1")
    gap = listener.next()
    assert gap["event"] == "gap" and json.loads(gap["data"])["after"] == "5-1", first
    listener.close()


def test_who_may_not_listen(system):
    assert Listener(system, key="sk_wrong").status == 401
    assert Listener(system, last_event_id="nonsense").status == 400
    assert Listener(system, "?color=red").status == 400


def test_listeners_are_bounded(system):
    listeners = [Listener(system) for _ in range(32)]
    assert {listener.status for listener in listeners} == {200}
    assert Listener(system).status == 503
    assert system.tracker.metric("waymark_click_events_refused_total") == 1
    for listener in listeners:
        listener.close()


def test_info_groups_and_forget(make_system):
    system = make_system(tracker_settings=["stream.protect=tracker,archive"]).start()
    system.add_link("try")
    made = click_some(system, 3)
    system.redis.command("XGROUP", "CREATE", STREAM, "billing", "0")
    system.redis.command("XREADGROUP", "GROUP", "billing", "one", "STREAMS", STREAM, ">")
    state = json_of(system, "stream", "info")
    shard, = state["shards"]
    groups = {group["group"]: group for group in shard["groups"]}
    assert groups["tracker"]["protected"] and groups["archive"]["protected"]
    assert not groups["billing"]["protected"]
    assert groups["billing"]["pending"] == shard["entries"] <= len(made)
    assert groups["archive"]["lag"] == shard["entries"] and shard["bytes"] > 0

    text = system.waymark_api("stream", "groups")
    assert "billing" in text and "archive" in text
    wait_until(lambda: "owes 0 clicks" in system.waymark_api("stream", "info"), "nothing is owed")

    assert "--yes" in failure(system, "stream", "forget", "billing")[1]
    assert "fills the store" in failure(system, "stream", "forget", "tracker", "--yes")[1]
    assert "stream.protect" in failure(system, "stream", "forget", "archive", "--yes")[1]
    assert failure(system, "stream", "forget", "nobody", "--yes")[0] == 3
    system.waymark_api("stream", "forget", "billing", "--yes")
    left = {group["group"] for group in json_of(system, "stream", "info")["shards"][0]["groups"]}
    assert left == {"tracker", "archive"}


def test_a_slow_protected_group_holds_back_until_the_cap_and_the_doctor_names_it(make_system):
    system = make_system(tracker_settings=["stream.protect=tracker,archive", "stream.keep=0s",
                                           "stream.max_bytes=16MiB"]).start()
    system.add_link("try")
    made = click_some(system, 5)
    assert system.redis.command("XLEN", STREAM) > 0, "archive has read nothing"
    filler = "x" * 1_000_000  # a dead letter each, in the store at once
    client = system.redis.client()
    for n in range(20):
        client.command("XADD", STREAM, "*", "origin", "x/00000000000000aa/0", "first", n + 1,
                       "body", filler)
    client.close()
    wait_until(lambda: system.tracker.metric('waymark_drain_trimmed_total{why="cap"}') > 0, "the cap")
    assert "stream_over_cap" in system.tracker.log_text()
    done = system.run("doctor", "--json", "--redis", system.redis.url, "--api",
                      f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                      system.tracker.key_file)
    finding = next(each for each in json.loads(done.stdout)["findings"]
                   if each["subject"] == "stream cut")
    assert finding["grade"] == "problem" and "before group" in finding["text"]
    assert len(system.tracker.rows("SELECT id FROM clicks")) == len(made), "the store has all"


def test_export_is_what_was_stored_and_goes_on_after_a_cut(system):
    made = click_some(system, 12)
    lines = system.waymark_api("click", "export").splitlines()
    assert [json.loads(line)["id"] for line in lines] == sorted(made)
    in_stream = {}
    for _, fields in system.redis.command("XRANGE", STREAM, "-", "+"):
        for line in fields[fields.index("body") + 1].splitlines():
            in_stream[json.loads(line)["id"]] = json.loads(line)
    assert {click["id"]: click for click in map(json.loads, lines)} == in_stream, \
        "the store gives back what the stream carried"

    assert system.waymark_api("click", "export", "--to", "2020-01-01") == ""
    file = system.folder / "clicks.csv"
    system.waymark_api("click", "export", "--format", "csv", "--output", file)
    rows = list(csv.DictReader(file.open()))
    assert [row["id"] for row in rows] == sorted(made) and rows[0]["code"] == "try"
    assert failure(system, "click", "export", "--output", file)[0] == 4, "never over another file"

    # As a run leaves it that was killed: some pages are noted, and a torn one lies behind them.
    cut = system.folder / "cut.ndjson"
    whole = "".join(line + "\n" for line in lines[:5])
    cut.write_text(whole + lines[5][:20])
    (system.folder / "cut.ndjson.resume").write_text(json.dumps(
        {"from": 0, "to": 4102444800, "link": "", "campaign": "", "format": "ndjson",
         "after": json.loads(lines[4])["id"], "bytes": len(whole.encode()), "clicks": 5}))
    system.waymark_api("click", "export", "--output", cut, "--resume")
    assert cut.read_text().splitlines() == lines
    assert not (system.folder / "cut.ndjson.resume").exists()


def test_the_export_route_gives_pages(system):
    made = sorted(click_some(system, 5))
    key = system.tracker.key_file.read_text().strip()
    seen, after = [], ""
    for _ in range(3):
        answer = rawhttp.get(system.tracker.port, "/v1/clicks/export?limit=2" + after,
                             {"Authorization": f"Bearer {key}"})
        seen += [json.loads(line)["id"] for line in answer.body.splitlines()]
        cursor = answer.headers.get("waymark-next")
        after = f"&after={cursor}"
    assert seen == made and not cursor


def test_replay_puts_clicks_into_a_stream_of_the_same_form(system):
    made = click_some(system, 8)
    done = json_of(system, "click", "replay", "--to", "clicks:replay", "--redis", system.redis.url)
    assert done == {"stream": "clicks:replay", "clicks": 8}
    replayed, first = [], 1
    for _, fields in system.redis.command("XRANGE", "clicks:replay", "-", "+"):
        entry = dict(zip(fields[::2], fields[1::2]))
        assert entry["origin"].startswith("replay/") and entry["origin"].endswith("/0")
        assert int(entry["first"]) == first
        replayed += [json.loads(line) for line in entry["body"].split("\n")]
        first += len(entry["body"].split("\n"))
    assert [click["id"] for click in replayed] == sorted(made)
    assert system.redis.command("EXISTS", "clicks:replay:replay") == 0

    code, words = failure(system, "click", "replay", "--to", "wm:clicks:{0}", "--redis",
                          system.redis.url)
    assert code == 2 and "Waymark's own" in words
    # As a run leaves it that was killed after five clicks.
    system.redis.hset("clicks:again:replay", **{"from": 0, "to": 4102444800, "link": "",
                                                "campaign": "", "after": sorted(made)[4],
                                                "epoch": "00000000000000ee", "first": 6})
    done = json_of(system, "click", "replay", "--to", "clicks:again", "--redis", system.redis.url,
                   "--resume")
    assert done["clicks"] == 3
    (_, fields), = system.redis.command("XRANGE", "clicks:again", "-", "+")
    assert fields[:4] == ["origin", "replay/00000000000000ee/0", "first", "6"]


def test_dead_letters_are_listed_and_tried_again(system):
    click_some(system, 1)
    good = '{"v":1,"id":"0190163d-8694-7000-b8b1-c2d3e4f50617","ts":1718360049300,"code":"anna7"}'
    system.redis.command("XADD", STREAM, "*", "origin", "x/00000000000000aa/0", "first", 1,
                         "body", '{"v":2,"id":"a"}\nnot json')
    wait_until(lambda: len(json_of(system, "stream", "dead", "list")["data"]) == 2, "dead letters")
    newer, broken = json_of(system, "stream", "dead", "list")["data"]
    assert newer["reason"] == "unknown_version" and newer["line"] == '{"v":2,"id":"a"}'
    assert broken["reason"] == "malformed_line" and broken["line"] == "not json"
    assert "malformed_line" in system.waymark_api("stream", "dead", "list")
    assert "waymark stream dead list" in system.waymark_api("doctor", "--redis", system.redis.url)

    assert failure(system, "stream", "dead", "replay")[0] == 5, "they are as bad as before"
    done = json_of(system, "stream", "dead", "replay", broken["id"], "--line", good)
    assert done == {"tried": 1, "solved": 1}
    left, = json_of(system, "stream", "dead", "list")["data"]
    assert left["id"] == newer["id"]
    status, click = system.tracker.api("GET", "/v1/clicks/0190163d-8694-7000-b8b1-c2d3e4f50617")
    assert status == 200 and click["code"] == "anna7"
    assert failure(system, "stream", "dead", "replay", broken["id"])[0] == 3
