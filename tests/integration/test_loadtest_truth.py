"""waymark-loadtest tells what became of the clicks: with the system as it ships, in trouble, and
with a store that loses some and doubles others."""
import concurrent.futures
import contextlib
import http.server
import json
import pathlib
import signal
import subprocess
import threading
import time
import urllib.request

import pytest

from tests.support.programs import BIN, wait_until
from tests.support.system import ready
from tests.support.up import Up

SECONDS_MAX = 60


def result_of(folder, edge_port, *options, rate=1_000, seconds=5):
    """The result of a run, as its JSON tells it."""
    # A busy machine may hold the generator up (98): the clicks count all the same.
    file = folder / "result.json"
    done = subprocess.run(
        [str(BIN / "waymark-loadtest"), "run", "--rate", str(rate), "--duration", f"{seconds}s",
         "--quiet", "--json", str(file), *options, f"http://127.0.0.1:{edge_port}/try"],
        capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert done.returncode in (0, 98), done.stderr + done.stdout
    return json.loads(file.read_text())


def reconciled(system, *options, api=None, **load):
    """The same, of the system, with its clicks."""
    return result_of(system.folder, system.edge.port, "--api",
                     api or f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                     str(system.tracker.key_file), *options, **load)


@contextlib.contextmanager
def started_again(program):
    """As a supervisor would, once it has been killed."""
    def wait_and_start():
        program.process.wait(timeout=SECONDS_MAX)
        program.start(wait=False)
    supervisor = threading.Thread(target=wait_and_start)
    supervisor.start()
    yield
    supervisor.join()


def test_every_answered_click_is_found_once(system):
    result = reconciled(system)
    clicks = result["clicks"]
    assert clicks["answered"] == clicks["stored"] == result["answered"] > 4_900
    assert (clicks["missing"], clicks["twice"], clicks["unexpected"]) == (0, 0, 0)
    assert clicks["latency"]["count"] > 500
    edge = next(server for server in result["servers"] if server["name"] == "edge")
    assert edge["pid"] == system.edge.process.pid
    assert edge["cpu_us_per_request"] > 1 and edge["samples"]


def test_the_ids_of_answered_clicks_are_written(system):
    file = system.folder / "ids"
    result = reconciled(system, "--click-ids", str(file), rate=300, seconds=1)
    ids = file.read_text().split()
    assert len(ids) == len(set(ids)) == result["answered"] > 290
    stored = {row["id"] for row in system.tracker.rows("SELECT id FROM clicks")}
    assert stored == set(ids)


def test_clicks_of_others_are_only_counted(system):
    clicks = []

    def others():
        time.sleep(1)  # the run has begun
        for _ in range(10):
            time.sleep(0.05)
            clicks.append(system.edge.get("/try").click_token())

    thread = threading.Thread(target=others)
    thread.start()
    result = reconciled(system, rate=200, seconds=3)
    thread.join()
    assert result["clicks"]["unexpected"] == 10
    assert (result["clicks"]["missing"], result["clicks"]["twice"]) == (0, 0)


def test_redis_that_stalls_costs_no_click(system):
    result = reconciled(system, "--server", f"redis=:{system.redis.port}", "--chaos",
                        "redis-stall@1s+2s", rate=500, seconds=4)
    clicks, (event,) = result["clicks"], result["chaos"]
    assert (clicks["missing"], clicks["twice"]) == (0, 0)
    assert clicks["answered"] > 1_900 and clicks["late"] > 100
    assert event["what"] == "redis-stall"
    assert event["until"] - event["at"] == pytest.approx(2, abs=0.3)


def test_edge_that_is_killed_loses_no_answered_click(system):
    with started_again(system.edge):
        result = reconciled(system, "--chaos", "kill-edge@1s", rate=500, seconds=4)
    clicks, (event,) = result["clicks"], result["chaos"]
    assert (clicks["missing"], clicks["twice"]) == (0, 0)
    assert clicks["answered"] > 500
    assert event["what"] == "kill-edge" and event["until"] > event["at"]


# The stream may repeat what a killed edge cannot know to be stored; the store has it once.
@pytest.mark.parametrize("where, wanted", [("store", "missing=0,twice=0"), ("stream", "missing=0")])
def test_a_deployment_is_known_by_its_folder_and_starts_again_what_is_killed(folder, where, wanted):
    with Up(folder) as up:
        result = result_of(folder, up.port("edge"), "--deployment", str(folder / "waymark"),
                           "--reconcile", where, "--require", wanted, "--chaos",
                           "redis-stall@500ms+1s,kill-edge@2s", rate=500, seconds=4)
    clicks, (stall, kill) = result["clicks"], result["chaos"]
    assert (clicks["missing"], clicks["source"]) == (0, where)
    assert clicks["answered"] > 1_200
    assert all(threshold["passed"] for threshold in result["verdict"]["thresholds"])
    assert stall["what"] == "redis-stall" and kill["what"] == "kill-edge"
    assert stall["until"] - stall["at"] == pytest.approx(1, abs=0.3)
    assert 2 <= kill["at"] < kill["until"] < 4, "waymark up has started the edge again"
    after = [second for second in result["seconds"] if second["at"] > kill["until"]]
    assert after and all(second["answered"] > 0 for second in after)
    assert {server["name"] for server in result["servers"]} == {"edge", "tracker", "redis"}


class LossyApi(http.server.BaseHTTPRequestHandler):
    """Stands before a tracker's API; drops some rows of the export and doubles others."""
    protocol_version = "HTTP/1.1"
    port, dropped, doubled = 0, set(), set()

    def do_GET(self):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{self.path}",
            headers={"Authorization": self.headers["Authorization"]})
        with urllib.request.urlopen(request, timeout=10) as answer:
            body, following = answer.read(), answer.headers.get("Waymark-Next")
        lines = []
        for line in body.splitlines(keepends=True):
            number = int(json.loads(line)["id"][-4:], 16)
            if number % 997 == 5:
                self.dropped.add(line)
            else:
                lines.append(line)
            if number % 997 == 7:
                self.doubled.add(line)
                lines.append(line)
        body = b"".join(lines)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if following:
            self.send_header("Waymark-Next", following)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_what_a_store_loses_and_doubles_is_told(system):
    handler = type("Handler", (LossyApi,), {"port": system.tracker.port, "dropped": set(),
                                            "doubled": set()})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        result = reconciled(system, "--settle", "3s", rate=2_000, seconds=3,
                            api=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    clicks = result["clicks"]
    lost = {json.loads(line)["id"] for line in handler.dropped}
    assert lost and handler.doubled, "of 6,000 random ids some end like that"
    assert clicks["missing"] == len(lost)
    assert clicks["twice"] == len(handler.doubled)
    assert set(clicks["missing_ids"]) <= lost
    assert clicks["stored"] == clicks["answered"] - len(lost)


def test_every_answered_click_is_once_in_the_stream(system):
    """Although the tracker, which passes the stream on, is killed meanwhile and starts again."""
    with started_again(system.tracker):
        result = reconciled(system, "--reconcile", "stream", "--require", "missing=0,twice=0",
                            "--server", f"tracker=:{system.tracker.port}", "--chaos",
                            "kill-tracker@1s", seconds=3)
    clicks = result["clicks"]
    assert clicks["source"] == "stream"
    assert clicks["answered"] == clicks["stored"] == result["answered"] > 2_900
    assert (clicks["missing"], clicks["twice"], clicks["unexpected"]) == (0, 0, 0)
    assert clicks["latency"]["count"] == clicks["answered"], "none is sampled"
    assert (clicks["not_reconciled"], clicks["incomplete"]) == (0, "")
    assert all(threshold["passed"] for threshold in result["verdict"]["thresholds"])


STREAM = "wm:clicks:{0}"


def ids_of(fields):
    """Of the clicks of an entry."""
    body = dict(zip(fields[::2], fields[1::2]))["body"]
    return [json.loads(line)["id"] for line in body.splitlines()]


def meddle(system):
    """Takes an entry that the tracker has not read out of the stream and puts another one in once
    more, byte for byte. Returns the ids of the clicks in both."""
    time.sleep(0.5)  # the run has begun
    system.tracker.process.send_signal(signal.SIGSTOP)
    last = system.redis.command("XREVRANGE", STREAM, "+", "-", "COUNT", "1")[0][0]
    lengths = []

    def load_is_over():
        lengths.append(system.redis.command("XLEN", STREAM))
        time.sleep(0.1)
        return lengths[-3:] == 3 * lengths[-1:]
    wait_until(load_is_over, "no more clicks come")
    system.edge.kill()  # or it would send again what the store lacks
    (gone_id, gone), (_, doubled) = system.redis.command("XRANGE", STREAM, "(" + last, "+", "COUNT",
                                                         "2")
    system.redis.command("XDEL", STREAM, gone_id)
    system.redis.command("XADD", STREAM, "*", *doubled)
    system.tracker.process.send_signal(signal.SIGCONT)
    return ids_of(gone), ids_of(doubled)


def test_what_the_stream_loses_and_doubles_is_told(system):
    with concurrent.futures.ThreadPoolExecutor() as beside:
        meddling = beside.submit(meddle, system)
        result = reconciled(system, "--reconcile", "stream", "--settle", "3s", rate=500, seconds=2)
        gone, doubled = meddling.result()
    clicks = result["clicks"]
    assert clicks["missing"] == len(gone)
    assert clicks["missing_ids"] == sorted(gone)[:20]
    assert clicks["twice"] == len(doubled)
    assert clicks["stored"] == clicks["answered"] - len(gone)
    assert clicks["incomplete"] == ""


def test_a_wrong_key_is_told_before_the_load(system):
    key = system.folder / "wrong-key"
    key.write_text("sk_wrong\n")
    done = subprocess.run(
        [str(BIN / "waymark-loadtest"), "run", "--api", f"http://127.0.0.1:{system.tracker.port}",
         "--api-key-file", str(key), f"http://127.0.0.1:{system.edge.port}/try"],
        capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert done.returncode == 69
    assert "refuses the key" in done.stderr


def test_a_stopped_process_goes_on_when_the_tool_is_killed(system):
    tool = subprocess.Popen(
        [str(BIN / "waymark-loadtest"), "run", "--quiet", "--rate", "10", "--duration", "50s",
         "--server", f"redis=:{system.redis.port}", "--chaos", "redis-stall@100ms+40s",
         f"http://127.0.0.1:{system.edge.port}/try"], stdout=subprocess.DEVNULL)
    state = pathlib.Path(f"/proc/{system.redis.process.pid}/stat")
    try:
        wait_until(lambda: ") T " in state.read_text(), "redis is stopped")
    finally:
        tool.kill()
        tool.wait()
    wait_until(lambda: ") T " not in state.read_text(), "redis goes on")
    wait_until(lambda: ready(system.edge.admin), "the edge is ready")
