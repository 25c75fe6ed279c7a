"""`waymark doctor` on a healthy system and on sick ones."""
import json

from tests.support.invariants import assert_all_stored_once
from tests.support.programs import wait_until


def doctor(system, *words):
    done = system.run("doctor", "--json", "--redis", system.redis.url, "--api",
                      f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                      system.tracker.key_file, *words)
    return done.returncode, json.loads(done.stdout)


def grades(report):
    return {finding["subject"]: finding["grade"] for finding in report["findings"]}


def test_a_healthy_system_adds_up(system):
    tokens = [system.edge.get("/try").click_token() for _ in range(30)]
    assert_all_stored_once(system, tokens)

    def settled():
        code, report = doctor(system)
        origins = [origin for edge in report["edges"] for origin in edge["origins"]]
        done = origins and sum(origin["committed"] for origin in origins) == 30
        return (code, report, origins) if done else None

    code, report, origins = wait_until(settled, "figures and edges agree")
    assert code == 0, report
    for origin in origins:
        assert origin["last"] == origin["committed"] + origin["owed"] + origin["lost"]
    assert sum(origin["owed"] for origin in origins) == 0
    assert report["edges"][0]["delete"].startswith("no: it is running")


def test_the_text_names_a_fix_for_each_problem(system):
    system.redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    system.redis.command("CONFIG", "SET", "appendonly", "no")
    done = system.run("doctor", "--redis", system.redis.url, "--api",
                      f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                      system.tracker.key_file)
    assert done.returncode == 1
    assert "CONFIG SET maxmemory-policy noeviction" in done.stdout
    assert "CONFIG SET appendonly yes" in done.stdout
    assert "\x1b[" not in done.stdout, "no colors where nobody looks"


def test_a_tracker_that_is_away_is_a_finding(system):
    system.tracker.kill()
    code, report = doctor(system)
    assert code == 1 and grades(report)["tracker"] == "problem"


def test_clicks_on_their_way_are_owed(system):
    system.tracker.end()
    for _ in range(7):
        assert system.edge.get("/try").status == 302

    def owed():
        _, report = doctor(system)
        return sum(o["owed"] for edge in report["edges"] for o in edge["origins"]) == 7
    wait_until(owed, "the doctor counts what the edge holds")
    system.tracker.start()
