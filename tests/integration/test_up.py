"""`waymark up --demo`, as a new user meets it."""
import json
import os
import signal
import socket
import subprocess

import pytest

from tests.support import pictures, rawhttp
from tests.support.programs import BIN, wait_until
from tests.support.up import Up


@pytest.fixture
def up(folder):
    with Up(folder) as running:
        yield running


def test_the_code_of_the_sample_link_leads_there(up, folder):
    picture = folder / "try.png"
    picture.write_bytes(rawhttp.get(up.port("edge"), "/try.png").body)
    assert pictures.read_code(picture) == up.system["edge"] + "/try?c=qr"


def test_a_click_made_with_curl_is_shown(up):
    answer = rawhttp.get(up.port("edge"), "/try", {"User-Agent": "curl/7.88.1"})
    assert answer.status == 302
    # No address, no key: the tool finds what `up` started.
    page = up.waymark("click", "show", answer.headers["location"])
    assert "made with a tool (user agent curl/7.88.1): recorded, not counted" in page
    assert "camp_demo" in page
    counted = rawhttp.get(up.port("edge"), "/try")
    assert "counted" in up.waymark("click", "show", counted.click_token())


def test_doctor_finds_nothing_wrong(up):
    def healthy():
        report = json.loads(up.waymark("doctor", "--json"))
        return report["ok"] and report["edges"]
    wait_until(healthy, "the edge has reported")


def test_interrupt_stops_everything_and_the_next_start_goes_on(up, folder):
    token = rawhttp.get(up.port("edge"), "/try").click_token()
    children = up.children()
    assert len(children) == 3
    assert up.end() == 0
    for pid in children.values():
        assert not os.path.exists(f"/proc/{pid}")
    again = Up(folder)
    try:
        assert "counted" in again.waymark("click", "show", token)
        assert rawhttp.get(again.port("edge"), "/try").status == 302
    finally:
        assert again.end() == 0
        again.process.stdout.close()


def test_a_killed_edge_is_started_again(up):
    edge = next(pid for name, pid in up.children().items() if name.startswith("waymark-redi"))
    token = rawhttp.get(up.port("edge"), "/try").click_token()
    os.kill(edge, signal.SIGKILL)

    def serves():
        try:
            return rawhttp.get(up.port("edge"), "/try").status == 302
        except (OSError, rawhttp.Incomplete):
            return False
    wait_until(serves, "the edge is back")
    assert "edge ended (signal 9)" in up.log.read_text()
    assert "counted" in up.waymark("click", "show", token)


def test_a_second_up_is_refused(up, folder):
    done = subprocess.run([str(BIN / "waymark"), "up"], capture_output=True, text=True, timeout=60,
                          env=up.environment, stdin=subprocess.DEVNULL)
    assert done.returncode == 4 and "another 'waymark up'" in done.stderr


def test_taken_ports_are_passed_over(folder):
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 8080))
            taken.listen()
        except OSError:
            pass  # somebody else has it: as good
        up = Up(folder)
        try:
            assert up.port("edge") != 8080
            assert rawhttp.get(up.port("edge"), "/try").status == 302
        finally:
            assert up.end() == 0
            up.process.stdout.close()


def test_without_redis_server(folder):
    done = subprocess.run([str(BIN / "waymark"), "up"], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL,
                          env=dict(os.environ, XDG_STATE_HOME=str(folder), PATH=str(folder)))
    assert done.returncode == 69
    assert "redis-server is missing" in done.stderr and "install" in done.stderr
