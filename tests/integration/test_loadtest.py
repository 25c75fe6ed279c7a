"""waymark-loadtest run: rates, latencies and refusals against servers of known behaviour."""
import os
import signal
import subprocess
import time

import pytest

from tests.support import certificates
from tests.support.loadtest import DelayedAnswers, Durations, Paths, Run, run
from tests.support.mix import Mix
from tests.support.programs import BIN, free_port, is_listening, wait_until

GENERATOR_LIMITED = 98
THRESHOLDS_NOT_MET = 99


@pytest.fixture
def delayed():
    started = []

    def start(microseconds):
        started.append(DelayedAnswers(microseconds))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def paths():
    server = Paths()
    yield server
    server.close()


def undisturbed(attempt, is_good=lambda done: done.code != GENERATOR_LIMITED):
    """Others on this machine can make the generator or the server late, once or twice."""
    for _ in range(3):
        done = attempt()
        if is_good(done):
            break
    return done


@pytest.mark.parametrize("options", [(), ("--threads", 2), ("--arrivals", "poisson")])
def test_rate_and_latency_agree_with_a_known_delay_to_one_percent(options, folder, delayed):
    server = delayed(50_000)
    wanted = pytest.approx(50, rel=0.01)
    done = undisturbed(
        lambda: run(folder, server.url, "--rate", 1200, "--duration", "1500ms", "--quiet",
                    *options),
        lambda done: all(Durations(done.result[each]).at(0.5) == wanted
                         for each in ("latency", "service")))
    result = done.result
    if "poisson" in options:
        assert 1800 - 4 * 1800 ** 0.5 < result["planned"] < 1800 + 4 * 1800 ** 0.5
    else:
        assert result["planned"] == 1800
    assert result["answered"] == result["planned"] == result["statuses"]["302"]
    # The last request is due at the end, and a busy machine may delay its answer.
    assert result["measured_seconds"] == pytest.approx(1.55, rel=0.01 if done.code == 0 else 0.05)
    assert Durations(result["latency"]).at(0.5) == wanted
    assert Durations(result["service"]).at(0.5) == wanted
    assert Durations(result["latency"]).share_above(49.5) == 1


def test_a_closed_loop_asks_again_when_it_was_answered(folder, delayed):
    server = delayed(20_000)
    wanted = pytest.approx(20, rel=0.015)
    result = undisturbed(
        lambda: run(folder, server.url, "--closed", "--connections", 8, "--duration", "2s",
                    "--quiet"),
        lambda done: Durations(done.result["service"]).at(0.5) == wanted).result
    assert result["mode"] == "closed"
    assert result["connections"] == result["connections_opened"] == 8
    assert Durations(result["service"]).at(0.5) == wanted
    # Little's law: eight at a time, each for so long.
    service = result["service"]
    assert result["answered"] / 2 == pytest.approx(8e9 / (service["sum_ns"] / service["count"]),
                                                   rel=0.01)


def test_a_stopped_server_shows_in_the_latencies_of_all_that_were_due(folder, delayed):
    """0.5 s of 12 s: 4.2 % of the requests are due while nobody answers."""
    server = delayed(1_000)
    running = Run(folder, server.url, "--rate", 500, "--duration", "12s", "--quiet")
    time.sleep(4)
    server.stop()
    stopped = time.monotonic()
    time.sleep(0.5)
    server.go_on()
    stopped = time.monotonic() - stopped
    result = running.wait().result
    assert result["answered"] == result["planned"] == 6000
    latency = Durations(result["latency"])
    # Those due while it stood still waited for its end: evenly from all of it down to nothing.
    for waited in (0.1, 0.2, 0.3, 0.4):
        expected = (stopped - waited) / 12
        assert latency.share_above(waited * 1e3) == pytest.approx(expected, abs=0.004)
    assert latency.at(0.99) > 300
    assert latency.at(0.5) < 20


def test_requests_wait_for_connections_without_counting_as_late(folder, delayed):
    """The plan asks for twice what two connections can carry: the server's doing, not ours."""
    server = delayed(20_000)
    done = undisturbed(lambda: run(folder, server.url, "--rate", 200, "--duration", "1s",
                                   "--connections", 2, "--quiet"))
    assert done.code == 0, done.output
    result = done.result
    assert result["connections"] == 2
    assert Durations(result["latency"]).at(0.9) > 500
    assert Durations(result["service"]).at(0.9) < 100
    assert result["late_sends"] < 20
    assert result["planned"] == result["answered"] + result["unfinished"] == 200


def test_a_generator_that_was_late_refuses_its_figures(folder, delayed):
    """Here it is the generator that stands still for a while."""
    running = Run(folder, delayed(1_000).url, "--rate", 300, "--duration", "1500ms", "--quiet",
                  "--require", "p99<1us")
    time.sleep(0.5)
    running.process.send_signal(signal.SIGSTOP)
    time.sleep(0.4)
    running.process.send_signal(signal.SIGCONT)
    done = running.wait()
    assert done.code == GENERATOR_LIMITED  # before thresholds, which were not met either
    assert done.result["verdict"]["generator_limited"]
    assert done.result["late_sends"] > 80
    assert done.output.startswith("INVALID")
    assert "more threads or machines" in " ".join(done.output.split())


@pytest.fixture
def quick(folder):
    """A server that costs less a request than the generator: the port of the bare epoll loop."""
    answer, port = folder / "answer", free_port()
    answer.write_bytes(b"HTTP/1.1 302 Found\r\nLocation: https://shop.example/\r\n"
                       b"Content-Length: 0\r\n\r\n")
    server = subprocess.Popen([BIN / "epoll_limit", str(port), answer])
    wait_until(lambda: is_listening(port), "the epoll loop listens")
    yield port
    server.kill()
    server.wait()


@pytest.mark.parametrize("connections", [16, 256])
def test_a_generator_behind_whose_connections_requests_queue_refuses_its_figures(
        connections, folder, quick):
    """Every request but the first waits for a connection, since answers are not read in time."""
    done = undisturbed(
        lambda: run(folder, f"http://127.0.0.1:{quick}/try", "--rate", "500k", "--duration",
                    "200ms", "--connections", connections, "--quiet"),
        lambda done: done.result["answered"] == 100_000)
    assert done.code == GENERATOR_LIMITED
    assert "sent too late" in done.output
    result = done.result
    assert result["answered"] == result["planned"] == 100_000
    assert Durations(result["lateness"]).at(0.5) > 0.1 * Durations(result["latency"]).at(0.5)


def test_a_server_behind_whose_connections_requests_queue_keeps_its_figures(folder, delayed):
    server = delayed(20_000)
    done = undisturbed(lambda: run(folder, server.url, "--rate", "5k", "--duration", "300ms",
                                   "--connections", 40, "--quiet"))
    assert done.code == 0, done.output
    result = done.result
    assert result["answered"] == result["planned"] == 1500
    assert Durations(result["latency"]).at(0.5) > 100


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_stopped_server_with_all_connections_busy_keeps_its_figures(goes_on, folder, delayed):
    """Eight connections bear 400/s; so requests wait from the start, and then for longer."""
    server = delayed(20_000)

    def attempt():
        running = Run(folder, server.url, "--rate", 600, "--duration", "1300ms", "--connections", 8,
                      "--quiet")
        time.sleep(0.3)
        server.stop()
        time.sleep(1)
        if goes_on:
            server.go_on()
        running.wait()
        server.go_on()
        return running

    done = undisturbed(attempt)
    assert done.code == 0, done.output
    result = done.result
    assert result["planned"] == result["answered"] + result["unfinished"] == 780
    assert (result["unfinished"] == 0) == goes_on
    if goes_on:
        assert Durations(result["latency"]).at(0.5) > 200


def test_an_interrupted_run_shows_what_it_has(folder, delayed):
    running = Run(folder, delayed(1_000).url, "--rate", 200, "--duration", "60s")
    time.sleep(1.5)
    running.interrupt()
    result = running.wait(10).result
    assert 200 < result["planned"] < 600
    assert result["answered"] == result["planned"]
    assert " 1 s  " in running.errors  # the live line


def test_answers_of_every_framing(folder, paths):
    for path, status in [("/chunked", 200), ("/until-close", 200), ("/204", 204), ("/304", 304)]:
        result = run(folder, paths.url + path, "--rate", 50, "--duration", "400ms",
                     "--quiet").result
        assert result["statuses"] == {str(status): 20}, path
        assert sum(result["errors"].values()) == 0, path


def test_failures_are_counted_by_their_kind(folder, paths):
    for path, kind in [("/cut", "read"), ("/nonsense", "protocol"), ("/silent", "timeout"),
                       ("/500", "unexpected_status"), ("/404", "unexpected_status")]:
        done = run(folder, paths.url + path, "--rate", 50, "--duration", "400ms",
                   "--timeout", "300ms", "--quiet")
        errors = {name: count for name, count in done.result["errors"].items() if count}
        assert errors == {kind: 20}, path


def test_the_expected_status_is_the_only_good_one(folder, paths):
    for path, expected, wrong in [("/404", 404, 0), ("/302", 404, 20), ("/302", 302, 0)]:
        result = run(folder, paths.url + path, "--rate", 50, "--duration", "400ms", "--quiet",
                     "--expect", expected).result
        assert result["errors"]["unexpected_status"] == wrong, (path, expected)


def test_connections_of_their_own(folder, paths):
    result = run(folder, paths.url + "/a", "--rate", 200, "--duration", "500ms", "--quiet",
                 "--no-keepalive").result
    assert result["connections_opened"] == result["answered"] == 100
    result = run(folder, paths.url + "/a", "--rate", 400, "--duration", "500ms", "--quiet",
                 "--new-connection", "30%").result
    assert result["answered"] == 200
    assert 30 < result["connections_opened"] < 100


def test_headers_and_host(folder, paths):
    run(folder, paths.url + "/a?c=1", "--rate", 5, "--duration", "1s", "--quiet", "--host",
        "go.example", "--header", "X-One: 1", "--header", "X-Two: 2")
    assert paths.seen == [("GET", "/a?c=1", {"Host": "go.example", "X-One": "1", "X-Two": "2"})] * 5


def test_tls(folder):
    certificate, key = certificates.make(folder / "tls", "server", ["localhost"])
    server = Paths(certificate, key)
    try:
        options = ["--rate", 100, "--duration", "500ms", "--quiet"]
        result = run(folder, server.url + "/a", *options, "--ca", certificate).result
        assert result["answered"] == 50
        assert sum(result["errors"].values()) == 0
        result = run(folder, server.url + "/a", *options, "--insecure", "--no-keepalive").result
        assert result["connections_opened"] == result["answered"] == 50
        done = run(folder, server.url + "/a", *options)
        assert done.result["errors"]["connect"] == 50
        assert "certificate refused: self-signed certificate" in " ".join(done.output.split())
    finally:
        server.close()


def test_a_server_that_is_not_there_is_told_before_the_run(folder):
    done = run(folder, f"http://127.0.0.1:{free_port()}/")
    assert done.code == os.EX_UNAVAILABLE
    assert "is the server running there?" in done.errors
    assert done.result is None


def test_a_server_that_dies(folder, delayed):
    server = delayed(1_000)
    running = Run(folder, server.url, "--rate", 400, "--duration", "1s", "--quiet")
    time.sleep(0.5)
    server.close()
    result = running.wait().result
    assert result["planned"] == 400
    errors = result["errors"]
    assert errors["connect"] > 100
    assert result["answered"] + errors["connect"] + errors["read"] + errors["write"] == 400


@pytest.mark.parametrize("options, said", [
    (("--rate", "fast"), "--rate: 'fast' is not a rate"),
    (("--stages", "10s"), "--stages: '10s' is no stage"),
    (("--rate", "0"), "the plan has no request"),
    (("--threads", "8", "--connections", "4"), "--connections: 4"),
    (("--header", "nonsense"), "--header: 'nonsense'"),
    (("--host", "go.example", "--mix", "requests.mix"), "--host excludes --mix"),
    (("--find-max", "p99<2ms", "--server", "edge=:80"), "--server: --find-max makes many runs"),
    (("--find-max", "p99<2ms", "--deployment", "/tmp"), "--deployment: --find-max makes many runs"),
    (("--find-max", "p99<2ms", "--api", "http://127.0.0.1:9"), "--api: --find-max makes many runs"),
    (("--find-max", "p99<2ms", "--chaos", "kill-edge@1s"), "--chaos: --find-max makes many runs"),
])
def test_mistakes_are_named(options, said, folder):
    done = run(folder, "http://127.0.0.1:9/", *options)
    assert done.code == 2
    assert said in done.errors


def test_thresholds_decide_the_exit_code(folder, delayed):
    url = delayed(200_000).url
    options = ["--rate", 100, "--duration", "500ms", "--quiet"]
    met = ["--require", "p50<500ms,errors=0,rate>20"]
    assert undisturbed(lambda: run(folder, url, *options, *met)).code == 0
    missed = ["--require", "p50<1ms", "--html", folder / "page.html"]
    done = undisturbed(lambda: run(folder, url, *options, *missed))
    assert done.code == THRESHOLDS_NOT_MET
    assert done.output.startswith("FAILED")
    assert (folder / "page.html").read_text().startswith("<!doctype html>")


def test_the_highest_rate_is_found(folder, delayed):
    """Twenty connections to a server that takes 100 ms bear 200/s."""
    server = delayed(100_000)
    done = undisturbed(
        lambda: run(folder, server.url, "--rate", 120, "--duration", "400ms", "--connections", 20,
                    "--find-max", "p90<140ms,errors=0"),
        lambda done: "the generator was the limit" not in done.errors)
    assert "highest rate that met all" in done.errors
    tries = [line for line in done.errors.splitlines() if "/s " in line]
    assert len(tries) >= 4 and "met" in tries[0]
    assert 120 <= done.result["target_rate"] <= 240


def test_visitors_of_many_kinds(folder, paths):
    (folder / "codes").write_text("anna7\nbob\n")
    result = run(folder, paths.url + "/r/", "--rate", 600, "--duration", "500ms", "--quiet",
                 "--codes", folder / "codes", "--head", "10%", "--crawlers", "10%",
                 "--previews", "10%", "--returning", "50%", "--unknown", "5%",
                 "--channels", "mail,sms").result
    assert set(result["kinds"]) == {"person", "head", "crawler", "preview", "unknown"}
    assert {path.split("?")[0] for _, path, _ in paths.seen} >= {"/r/anna7", "/r/bob"}
    assert {path.split("?")[1] for _, path, _ in paths.seen} == {"c=mail", "c=sms"}
    heads = sum(method == "HEAD" for method, *_ in paths.seen)
    assert heads == result["kinds"]["head"]["requests"]
    back = [fields["Cookie"] for *_, fields in paths.seen if "Cookie" in fields]
    assert 40 < len(back) < 140
    assert all(cookie.startswith("visit=") for cookie in back)


def test_a_mix_of_the_edge_is_answered_as_it_says(folder, make_system):
    system = make_system(edge_settings=["lookup.unknown_address_rate=0"])
    mix = Mix(folder / "mix", system.keys)
    client = system.redis.client()
    mix.load_links(client)
    client.close()
    system.start()
    result = run(folder, f"http://127.0.0.1:{system.edge.port}/", "--mix",
                 folder / "mix" / "requests.mix", "--rate", "8k", "--duration", "1s",
                 "--quiet").result
    assert result["answered"] == 8000
    assert sum(result["errors"].values()) == 0
    assert len(result["kinds"]) == 10


def clicked_links(system):
    return system.tracker.rows("SELECT DISTINCT link FROM clicks")


def test_codes_come_from_the_tracker(folder, system):
    system.tracker.api("POST", "/v1/campaigns", {"id": "camp_load"})
    for number in range(130):  # more than a page of the API
        status, link = system.tracker.api("POST", "/v1/links", {
            "campaign": "camp_load", "referrer": f"rfr_{number}", "code": f"code{number}",
            "destination": "https://shop.example/"})
        assert status == 201, link
    options = ["--rate", 800, "--duration", "500ms", "--quiet", "--codes", "api"]
    edge = f"http://127.0.0.1:{system.edge.port}/"
    done = run(folder, edge, *options, "--api", f"http://127.0.0.1:{system.tracker.port}",
               "--api-key-file", system.tracker.key_file)
    assert done.result, done.errors
    assert done.result["statuses"] == {"302": 400}
    wait_until(lambda: len(clicked_links(system)) > 100, "links of both pages have clicks")
    done = run(folder, edge, *options)
    assert done.code == 2
    assert "--codes api: name the tracker with --api" in done.errors
