"""Somebody guesses codes, thousands of them: visitors notice nothing, Redis hardly anything."""
import collections
import os
import re
import socket
import subprocess
import time

import pytest

from tests.support import rawhttp
from tests.support.programs import BIN, ROOT, wait_until

CODES = 20_000
REQUESTS_AT_ONCE = 50
BURST, RATE, THREADS = 50, 10, 2  # lookup.unknown_address_*, and the threads of a test's edge
LOOKUP_COMMANDS = ("hgetall", "get")  # three and one of each lookup


class Guesser:
    """Asks for codes that nobody made, from one address of this machine."""

    def __init__(self, port, address):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20,
                                               source_address=(address, 0))

    def close(self):
        self.socket.close()

    def send(self, codes):
        self.missing = len(codes)
        headers = "Host: go.example\r\nUser-Agent: Mozilla/5.0 Chrome/126\r\n\r\n"
        self.socket.sendall(b"".join(
            f"GET /{code} HTTP/1.1\r\n{headers}".encode() for code in codes))

    def receive(self):
        """Reads the answers to what was sent; returns how many of each status."""
        received, statuses = b"", []
        while len(statuses) < self.missing:
            data = self.socket.recv(1 << 20)
            assert data, "the edge closed a connection"
            received += data
            statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", received)
        return collections.Counter(int(status) for status in statuses)

    def ask(self, codes):
        self.send(codes)
        return self.receive()


def scan(edge, addresses, between, together=1, word="guess"):
    """Asks for CODES codes from the addresses in turn, `together` of them at the same moment;
    `between` runs after each batch. Returns statuses and seconds."""
    guessers = [Guesser(edge.port, address) for address in addresses]
    statuses, began = collections.Counter(), time.monotonic()
    batches = [[f"{word}{n}" for n in range(first, first + REQUESTS_AT_ONCE)]
               for first in range(0, CODES, REQUESTS_AT_ONCE)]
    for first in range(0, len(batches), together):
        asking = [(guessers[(first + n) % len(guessers)], batch)
                  for n, batch in enumerate(batches[first:first + together])]
        for guesser, batch in asking:
            guesser.send(batch)
        for guesser, _ in asking:
            statuses += guesser.receive()
        between()
    for guesser in guessers:
        guesser.close()
    return statuses, time.monotonic() - began


def redis_calls(system):
    """How often the commands of lookups were called since Redis started."""
    stats = system.redis.command("INFO", "commandstats")
    return sum(int(calls) for name, calls in re.findall(r"cmdstat_(\w+):calls=(\d+)", stats)
               if name in LOOKUP_COMMANDS)


def lookups(edge):
    return edge.metric("waymark_link_lookups_total")


def answers(edge, outcome):
    return edge.metric(f'waymark_http_answers_total{{outcome="{outcome}"}}')


def test_a_guessing_address_is_held_back_and_nobody_else(system):
    edge = system.edge
    edge.warm("/try")
    lookups_before = lookups(edge)

    def visitor():
        assert edge.get("/try").status == 302

    statuses, seconds = scan(edge, ["127.0.0.66"] * 8, visitor)
    assert statuses.keys() == {404, 429}
    # Each thread grants the burst; one connection has one lookup under way.
    assert statuses[404] <= THREADS * BURST + RATE * seconds + 8
    assert statuses[404] >= BURST, "a few mistakes are granted"
    assert lookups(edge) - lookups_before == statuses[404], "the rest was answered from memory"
    assert answers(edge, "over_address_budget") == statuses[429]
    assert edge.get("/unknown").status == 404, "another address may err"

    held_back = Guesser(edge.port, "127.0.0.66")
    assert held_back.ask(["try"] * 20) == {302: 20}, "known links work for it as well"
    held_back.close()


def test_the_answer_says_when_to_try_again(make_system):
    system = make_system(edge_settings=["lookup.unknown_address_burst=1",
                                        "lookup.unknown_address_rate=1"]).start()
    with rawhttp.Connection(system.edge.port) as connection:
        assert connection.request("GET", "/nope1").status == 404
        answer = connection.request("GET", "/nope2")
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert connection.request("GET", "/nope1").status == 404, "remembered: costs nothing"

        def again():
            return connection.request("GET", "/nope3").status == 404

        wait_until(again, "the address may ask again")


@pytest.mark.parametrize("together", [1, 200])
def test_many_guessing_addresses_share_the_budget_of_all(make_system, together):
    budget = 500
    system = make_system(edge_settings=[f"lookup.unknown_rate={budget}", "cache.absences=4096"])
    system.start()
    system.add_campaign("camp_demo")
    system.add_link("try", campaign="camp_demo")
    edge = system.edge
    edge.warm("/try")
    calls_before = redis_calls(system)

    def visitor():
        assert edge.get("/try").status == 302

    addresses = [f"127.0.1.{n}" for n in range(1, 251)]
    statuses, seconds = scan(edge, addresses, visitor, together)
    memory_before = edge.metric("process_resident_memory_bytes")
    # A connection has one lookup under way, and what is under way is paid for when it is answered.
    allowed = budget + budget * seconds + together + 16
    assert statuses.keys() == {404, 429}
    assert statuses[404] <= allowed
    held_back = answers(edge, "over_budget") + answers(edge, "over_address_budget")
    assert held_back == statuses[429] and answers(edge, "over_budget") > 0
    # Beside the lookups there are those of the tracker and a look at the marker.
    assert redis_calls(system) - calls_before <= 4 * allowed + 100 * seconds + 100
    assert edge.metric("waymark_link_cache_evictions_total") == 0

    # A second scan, of other codes, finds every table as large as it will get.
    scan(edge, addresses, visitor, together, word="other")
    grown = edge.metric("process_resident_memory_bytes") - memory_before
    assert grown < 8 * 1024 * 1024, f"{grown} bytes more"


def test_the_scan_for_load_runs(folder):
    """loadtest/code-scan, which does this with a million codes, in small."""
    done = subprocess.run([ROOT / "loadtest/code-scan", "--bin", BIN, "--codes", "3000", "--links",
                           "200"], capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "TMPDIR": str(folder)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("of 200 links 0 had to be looked up again") == 3
    one, many, unlimited = re.findall(r": 3,000 codes in .*; ([\d,]+) lookups in Redis", done.stdout)
    assert int(one) < 200 and int(many.replace(",", "")) <= 3_000
    assert unlimited == "3,000"
