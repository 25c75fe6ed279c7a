"""The edge beside its peers: they answer alike where a comparison says so, and a comparison runs."""
import base64
import json
import signal
import subprocess
import sys
import time

import pytest

from tests.support.loadtest import DelayedAnswers
from tests.support.programs import BIN, ROOT

sys.path[:0] = [str(ROOT / "loadtest" / "lib"), str(ROOT / "loadtest")]

import browser  # noqa: E402
from compare import tables  # noqa: E402
from edge_answers import LINK_COMMANDS, ask_for_redirect  # noqa: E402
from loader import Load, Served, believed, refusals  # noqa: E402
from peers.all_peers import all_peers  # noqa: E402
from peers.peer import CEILING  # noqa: E402
from processes import cores  # noqa: E402
from yard import Yard  # noqa: E402

# Words of the connection and of the server itself.
FREE_FIELDS = {"date", "server", "connection", "keep-alive"}
# nginx adds a page of its own to every redirect that it makes without Lua.
PAGE_FIELDS = {"nginx return": {"content-type", "content-length"}}


@pytest.fixture(scope="module")
def edge_and_yard():
    with Yard(cores()[0], cores()[-1]) as yard:
        for server in (yard.plain_redis(), yard.durable_redis()):
            server.client.pipeline(LINK_COMMANDS)
        edge = all_peers(BIN, [])[-1]
        edge.start(yard)
        yield edge, yard


def answer(peer, cookie=None):
    return ask_for_redirect(peer.port, browser.request_bytes(cookie))


def lengths(fields, left_out=frozenset()):
    return {name.lower(): len(value) for name, value in fields
            if name.lower() not in FREE_FIELDS | left_out}


def cookie_of(fields):
    values = {name.lower(): value for name, value in fields}
    return values["set-cookie"].split(";")[0].removeprefix("wm_ref=")


def visitor_of(cookie):
    return base64.urlsafe_b64decode(cookie.split(".")[2] + "===")[:16]


@pytest.mark.parametrize("number", range(len(all_peers(BIN, [])) - 1),
                         ids=[peer.name for peer in all_peers(BIN, [])[:-1]])
def test_a_peer_answers_like_the_edge(edge_and_yard, number):
    edge, yard = edge_and_yard
    ours = answer(edge)
    peer = all_peers(BIN, [(browser.CODE, dict(ours)["Location"])])[number]
    if reason := peer.missing():
        pytest.skip(reason)
    peer.start(yard, ours)
    theirs = answer(peer)
    left_out = PAGE_FIELDS.get(peer.name, frozenset())
    assert lengths(theirs, left_out) == lengths(ours, left_out)
    if peer.guarantee == CEILING:
        return

    again = answer(peer, cookie_of(theirs))
    assert lengths(again) == lengths(answer(edge, cookie_of(ours)))
    assert visitor_of(cookie_of(again)) == visitor_of(cookie_of(theirs))
    assert peer.stream.settle() == 2
    clicks = [json.loads(dict(zip(fields[::2], fields[1::2], strict=True))[b"body"])
              for _, fields in peer.redis.client("XRANGE", peer.stream.key, "-", "+")]
    assert peer.stream.click_ids() == {click["id"] for click in clicks}
    assert clicks[0]["new"] and "prev" not in clicks[0]
    assert clicks[1]["prev"] == clicks[0]["id"] and "new" not in clicks[1]
    assert {click["visitor"] for click in clicks} == {clicks[0]["visitor"]}
    assert clicks[0]["ua"] == dict(browser.HEADERS)["User-Agent"]


def test_a_comparison_runs(folder):
    run = subprocess.run([ROOT / "loadtest/compare", "--bin", BIN, "--quick", "--only", "cost",
                          "--out", folder], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr + run.stdout
    results = json.loads((folder / "results/results.json").read_text())
    takes_part = {peer.name for peer in all_peers(BIN, []) if not peer.missing()}
    assert set(results["cost"]) == takes_part
    page = (folder / "RESULTS.md").read_text()
    assert all(f"| {name} |" in page for name in takes_part)
    assert all(f"Not here: {name}: {reason}" in page for name, reason in results["missing"].items())
    assert "</svg>" in (folder / "results/cost.svg").read_text()


def test_a_loader_that_was_the_limit_says_so():
    server = DelayedAnswers(500)
    try:
        load = Load(BIN / "waymark-loadtest", server.port, 200, cores()[-1])
        time.sleep(0.3)
        load.popen.send_signal(signal.SIGSTOP)
        time.sleep(0.4)
        load.popen.send_signal(signal.SIGCONT)
        time.sleep(0.2)
        served = load.stop()
    finally:
        server.close()
    assert "sent too late" in served.refused
    assert served.answers > 100
    assert served.errors == served.unanswered == 0
    assert served.max_ms > 300


def test_a_refused_turn_shows_in_its_row():
    good, refused = Served(200, 0, 0, 1, 2, 3, 4), Served(200, 0, 0, 100, 200, 300, 400, "too late")
    assert believed([refused, good]) == [good]
    assert believed([refused]) == [refused]
    figures = {"p50_ms": 1, "p99_ms": 2, "p999_ms": 3, "kept_up": True}
    peer = {"job": "none", "guarantee": "none"}
    results = {"rounds": 2, "cost": {"one": {}, "two": {}}, "peers": {"one": peer, "two": peer},
               "latency": {1000: {"one": figures | refusals([good, refused]),
                                  "two": figures | refusals([refused, refused])}}}
    page = tables.latency(results)
    assert "| 1.00 (1 of 2 rounds refused: the loader was the limit) | 2.00 | 3.00 |" in page
    assert "| refused: the loader was the limit | - | - |" in page
