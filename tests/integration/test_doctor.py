"""`waymark doctor` on a healthy system and on sick ones."""
import json
import re
import shutil
import signal

from tests.support.invariants import assert_all_stored_once
from tests.support.programs import RedisServer, wait_until
from tests.support.rawhttp import BROWSER, Connection


def doctor(system, *words):
    done = system.run("doctor", "--json", "--redis", system.redis.url, "--api",
                      f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                      system.tracker.key_file, *words)
    return done.returncode, json.loads(done.stdout)


def grades(report):
    return {finding["subject"]: finding["grade"] for finding in report["findings"]}


def test_a_tracker_that_was_forgotten_when_keys_were_rotated_is_named(system):
    assert grades(doctor(system)[1])["tracker's keys"] == "ok"
    system.keys.write_text("knew " + "5a" * 32 + "\n" + system.keys.read_text())
    system.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: grades(doctor(system)[1])["tracker's keys"] == "problem", "it is seen")
    assert doctor(system)[0] == 1
    system.tracker.process.send_signal(signal.SIGHUP)
    wait_until(lambda: grades(doctor(system)[1])["tracker's keys"] == "ok", "it is mended")


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


def test_a_server_of_links_alone_is_looked_at_too(folder, system):
    links = RedisServer(folder, "--maxmemory-policy", "allkeys-lru", name="redis-links")
    try:
        _, report = doctor(system, "--redis-links", links.url)
        found = grades(report)
        assert found["redis eviction"] == "ok" and found["links: redis version"] == "ok"
        # Right for a cache that the tracker fills, wrong for one that holds links of others.
        assert found["links: redis eviction"] == "warning"
    finally:
        links.kill()


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


def backlog(system):
    return next(finding for finding in doctor(system)[1]["findings"]
                if finding["subject"] == "backlog")


def reported(system):
    """How many clicks edges say that they have journalled."""
    reports = map(json.loads, system.redis.hgetall("wm:edges").values())
    return sum(sum(report["last"].values()) for report in reports)


def click_often(system, rounds, at_once=100):
    request = b"GET /try HTTP/1.1\r\nHost: go.example\r\nUser-Agent: %s\r\n\r\n" % (
        BROWSER["User-Agent"].encode())
    with Connection(system.edge.port) as connection:
        for _ in range(rounds):
            connection.send(request * at_once)
            for _ in range(at_once):
                assert connection.read_answer().status == 302


def test_a_backlog_is_where_the_doctor_says(make_system):
    """The window of the edge is small: most clicks stay in its journal."""
    system = make_system(edge_settings=["ship.window=2MiB"]).start().with_link()
    system.edge.warm("/try")
    wait_until(lambda: "none" in backlog(system)["text"], "nothing waits")
    system.tracker.end()
    click_often(system, 150)

    wait_until(lambda: reported(system) >= 15_000, "the edge has reported all")

    def places():
        return list(map(int, re.findall(r"\d+", backlog(system)["text"])))

    wait_until(lambda: places()[1] > 1_000, "the window is used")
    waiting, streamed, journalled = places()
    assert waiting == streamed + journalled
    assert streamed < 8_000
    found = backlog(system)
    assert found["grade"] == "problem" and "nothing is being stored" in found["text"]
    system.tracker.start()
    wait_until(lambda: "none" in backlog(system)["text"], "all of it is stored", 60.0)


def test_an_edge_that_was_killed_and_its_heir_add_up(system):
    """The last report of a killed edge is up to a second old; its journal is adopted at restart."""
    tokens = [system.edge.get("/try").click_token() for _ in range(40)]
    wait_until(lambda: system.redis.hgetall("wm:edges"), "the edge has reported")
    tokens += [system.edge.get("/try").click_token() for _ in range(40)]
    system.redis.kill()  # the rest is in the journal alone
    tokens += [system.edge.get("/try").click_token() for _ in range(40)]
    system.edge.kill()
    system.redis.start()
    system.edge.start()
    tokens += [system.edge.get("/try").click_token() for _ in range(40)]
    assert_all_stored_once(system, tokens)

    def settled():
        code, report = doctor(system)
        origins = [origin for edge in report["edges"] for origin in edge["origins"]]
        done = sum(origin["committed"] for origin in origins) == len(tokens)
        return (code, report, origins) if done else None

    code, report, origins = wait_until(settled, "figures and edges agree")
    assert code == 0, report
    assert len(report["edges"]) == 2
    for origin in origins:
        assert origin["last"] == origin["committed"] + origin["owed"] + origin["lost"]
        assert origin["owed"] == origin["lost"] == 0

    def verdicts():
        _, now = doctor(system)
        found = {edge["delete"].partition(":")[0] for edge in now["edges"]}
        return now if found == {"yes", "no"} else None

    # Ten seconds of silence make an edge count as ended.
    report = wait_until(verdicts, "the dead one may be deleted, the other not", 30.0)
    assert all(finding["grade"] != "problem" for finding in report["findings"]), report


def verdict(system):
    _, report = doctor(system)
    return report["edges"][0]["delete"] if report["edges"] else ""


def test_an_edge_that_ended_in_order_may_be_deleted_once_it_owes_nothing(system):
    tokens = [system.edge.get("/try").click_token() for _ in range(20)]
    system.tracker.end()
    tokens += [system.edge.get("/try").click_token() for _ in range(20)]
    assert system.edge.end(signal.SIGTERM) == 0
    assert verdict(system).startswith("no: "), "its clicks are in the stream alone"
    system.tracker.start()
    wait_until(lambda: verdict(system).startswith("yes"), "everything of it is stored")
    shutil.rmtree(system.edge.journal)
    assert_all_stored_once(system, tokens)


def spoil(journal, text):
    """Changes one byte of the record that holds the text."""
    for segment in (path for path in journal.rglob("*") if path.is_file()):
        at = segment.read_bytes().find(text)
        if at >= 0:
            with open(segment, "r+b") as file:
                file.seek(at)
                file.write(b"#")
            return
    raise AssertionError(f"no record holds {text}")


def test_a_damaged_record_is_lost_alone_and_named(system):
    system.add_link("victim")
    system.edge.warm("/victim")
    system.redis.kill()
    assert system.edge.get("/victim?s=spoiled").status == 302
    for _ in range(20):
        assert system.edge.get("/victim").status == 302
    system.edge.kill()
    spoil(system.edge.journal, b'"share":"spoiled"')
    system.redis.start()
    system.edge.start()

    def sums():
        code, report = doctor(system)
        origins = [origin for edge in report["edges"] for origin in edge["origins"]]
        settled = sum(origin["lost"] for origin in origins) == 1 and \
            sum(origin["owed"] for origin in origins) == 0
        return (code, report, origins) if settled else None

    code, report, origins = wait_until(sums, "one click is lost, none is owed")
    for origin in origins:
        assert origin["last"] == origin["committed"] + origin["owed"] + origin["lost"]
    stored = system.tracker.rows("SELECT count(*) AS n FROM clicks")[0]["n"]
    assert stored == sum(origin["committed"] for origin in origins)
    assert code == 0, report
    assert any(finding["grade"] == "warning" and "1 of its clicks" in finding["text"]
               for finding in report["findings"]), report
