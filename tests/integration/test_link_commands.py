"""What `waymark link` says and does when it is given too little, or what may be a mistake."""
import json
import subprocess

import pytest

from tests.support.programs import BIN

PAGE = "https://shop.example/"


def waymark(system, *words):
    return subprocess.run(
        [str(BIN / "waymark"), *map(str, words), "--api",
         f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
         str(system.tracker.key_file)],
        capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def status_of(system, code):
    return json.loads(waymark(system, "link", "get", code, "--json").stdout)["status"]


@pytest.mark.parametrize("words", [
    ("disable", ""), ("disable", "", "--host", "a.example"), ("disable", "only", "--host", ""),
    ("update", "", "--title", "T")])
def test_an_empty_word_names_no_link(system, words):
    """As of a shell variable that is not set: it would be the only link there is."""
    waymark(system, "link", "add", PAGE, "--code", "only", "--host", "a.example")
    done = waymark(system, "link", *words)
    assert done.returncode == 2 and "empty" in done.stderr
    assert status_of(system, "only") == "active"


def test_a_code_may_look_like_an_id(system):
    waymark(system, "link", "add", PAGE, "--code", "lnk_foo", "--id", "plain")
    for name in ("lnk_foo", "plain"):
        done = waymark(system, "link", "get", name, "--json")
        assert json.loads(done.stdout)["id"] == "plain", done.stderr
    assert waymark(system, "link", "get", "lnk_bar").returncode == 3


def test_a_link_is_disabled_and_enabled(system):
    waymark(system, "link", "add", PAGE, "--code", "anna")
    assert "paused" in waymark(system, "link", "disable", "anna").stderr
    assert system.edge.get("/anna").status == 410
    assert "active" in waymark(system, "link", "enable", "anna").stderr
    assert status_of(system, "anna") == "active"


@pytest.mark.parametrize("words, said", [
    (("--campaign", "camp_typo"), "'camp_typo' has no record"),
    (("--host", "b.example"), "'b.example' is no domain"),
    (("--expires-at", "2026-01-31"), "expired already"),
    (("--campaign", "camp_demo", "--expires-at", "2990-01-31", "--host", "known.example"), None)])
def test_what_may_be_a_mistake_is_told(system, words, said):
    waymark(system, "campaign", "add", "camp_demo")
    waymark(system, "domain", "add", "known.example")
    done = waymark(system, "link", "add", PAGE, *words)
    assert done.returncode == 0
    assert said in done.stderr if said else "Note" not in done.stderr


def test_a_day_that_is_none_is_refused(system):
    done = waymark(system, "link", "add", PAGE, "--starts-at", "2026-02-31")
    assert done.returncode == 2 and "2026-02-31" in done.stderr
    done = waymark(system, "link", "add", PAGE, "--json", "--starts-at",
                   "2026-01-31T00:00:00+02:00")
    assert json.loads(done.stdout)["starts_at"] == "2026-01-30T22:00:00Z"


def test_a_mistake_is_told_once_and_as_json_where_that_is_asked_for(system):
    done = waymark(system, "link", "add", PAGE, "--code", "a b")
    assert done.stderr == "waymark: code must be 1 to 64 of A-Z a-z 0-9 _ -.\n"
    problem = json.loads(waymark(system, "link", "add", PAGE, "--code", "a b", "--json").stderr)
    assert problem["param"] == "code" and problem["exit_code"] == 2
    problem = json.loads(waymark(system, "link", "get", "nobody", "--json").stderr)
    assert "nobody" in problem["detail"] and problem["exit_code"] == 3


def test_no_link_of_a_campaign_is_not_no_link(system):
    done = waymark(system, "link", "list", "--campaign", "nope")
    assert done.stderr == "No such links.\n"
