"""waymark-loadtest run: rates, latencies and refusals against servers of known behaviour."""
import os
import time

import pytest

from tests.support import certificates
from tests.support.loadtest import DelayedAnswers, Durations, Paths, Run, run
from tests.support.programs import free_port

GENERATOR_LIMITED = 98


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


@pytest.mark.parametrize("options", [(), ("--threads", 2), ("--arrivals", "poisson")])
def test_rate_and_latency_agree_with_a_known_delay_to_one_percent(options, folder, delayed):
    server = delayed(50_000)
    done = run(folder, server.url, "--rate", 600, "--duration", "3s", "--quiet", *options)
    result = done.result
    if "poisson" in options:
        assert 1800 - 4 * 1800 ** 0.5 < result["planned"] < 1800 + 4 * 1800 ** 0.5
    else:
        assert result["planned"] == 1800
    assert result["answered"] == result["planned"] == result["statuses"]["302"]
    # The last answer comes after the last request, and a busy machine may delay that one.
    assert result["measured_seconds"] == pytest.approx(3.05, rel=0.01 if done.code == 0 else 0.05)
    assert Durations(result["latency"]).at(0.5) == pytest.approx(50, rel=0.01)
    assert Durations(result["service"]).at(0.5) == pytest.approx(50, rel=0.01)
    assert Durations(result["latency"]).share_above(49.5) == 1


def test_a_closed_loop_asks_again_when_it_was_answered(folder, delayed):
    server = delayed(20_000)
    result = run(folder, server.url, "--closed", "--connections", 8, "--duration", "3s",
                 "--quiet").result
    assert result["mode"] == "closed"
    assert result["connections"] == result["connections_opened"] == 8
    assert Durations(result["service"]).at(0.5) == pytest.approx(20, rel=0.015)
    # Little's law: eight at a time, each for so long.
    service = result["service"]
    assert result["answered"] / 3 == pytest.approx(8e9 / (service["sum_ns"] / service["count"]),
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
    done = run(folder, server.url, "--rate", 200, "--duration", "2s", "--connections", 2, "--quiet")
    assert done.code == 0, done.output
    result = done.result
    assert result["connections"] == 2
    assert Durations(result["latency"]).at(0.9) > 1000
    assert Durations(result["service"]).at(0.9) < 100
    assert result["late_sends"] < 20
    assert result["planned"] == result["answered"] + result["unfinished"] == 400


def test_a_generator_that_is_the_limit_refuses_its_figures(folder, delayed):
    server = delayed(0)
    done = run(folder, server.url, "--rate", "5M", "--duration", "1s", "--quiet")
    assert done.code == GENERATOR_LIMITED
    assert done.result["verdict"]["generator_limited"]
    assert "The generator sent too late" in done.output
    assert "more threads" in done.output.lower()


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
        result = run(folder, paths.url + path, "--rate", 50, "--duration", "1s", "--quiet").result
        assert result["statuses"] == {str(status): 50}, path
        assert sum(result["errors"].values()) == 0, path


def test_failures_are_counted_by_their_kind(folder, paths):
    for path, kind in [("/cut", "read"), ("/nonsense", "protocol"), ("/silent", "timeout"),
                       ("/500", "unexpected_status"), ("/404", "unexpected_status")]:
        done = run(folder, paths.url + path, "--rate", 20, "--duration", "1s", "--timeout", "500ms",
                   "--quiet")
        errors = {name: count for name, count in done.result["errors"].items() if count}
        assert errors == {kind: 20}, path


def test_the_expected_status_is_the_only_good_one(folder, paths):
    for path, expected, wrong in [("/404", 404, 0), ("/302", 404, 20), ("/302", 302, 0)]:
        result = run(folder, paths.url + path, "--rate", 20, "--duration", "1s", "--quiet",
                     "--expect", expected).result
        assert result["errors"]["unexpected_status"] == wrong, (path, expected)


def test_connections_of_their_own(folder, paths):
    result = run(folder, paths.url + "/a", "--rate", 100, "--duration", "1s", "--quiet",
                 "--no-keepalive").result
    assert result["connections_opened"] == result["answered"] == 100
    result = run(folder, paths.url + "/a", "--rate", 200, "--duration", "1s", "--quiet",
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
        options = ["--rate", 50, "--duration", "1s", "--quiet"]
        result = run(folder, server.url + "/a", *options, "--ca", certificate).result
        assert result["answered"] == 50
        assert sum(result["errors"].values()) == 0
        result = run(folder, server.url + "/a", *options, "--insecure", "--no-keepalive").result
        assert result["connections_opened"] == result["answered"] == 50
        done = run(folder, server.url + "/a", *options)
        assert done.result["errors"]["connect"] == 50
        assert "certificate refused: self-signed certificate" in done.output
    finally:
        server.close()


def test_a_server_that_is_not_there_is_told_before_the_run(folder):
    done = run(folder, f"http://127.0.0.1:{free_port()}/")
    assert done.code == os.EX_UNAVAILABLE
    assert "is the server running there?" in done.errors
    assert done.result is None


def test_a_server_that_dies(folder, delayed):
    server = delayed(1_000)
    running = Run(folder, server.url, "--rate", 200, "--duration", "2s", "--quiet")
    time.sleep(1)
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
])
def test_mistakes_are_named(options, said, folder):
    done = run(folder, "http://127.0.0.1:9/", *options)
    assert done.code == 2
    assert said in done.errors
