"""The edge's memory is bounded by its settings, however many codes are asked for."""
import collections
import re
import socket

from tests.support.programs import wait_until

MIB = 1024 * 1024
CODES = 200_000  # of a round; every second one is a link
CACHE_BYTES = 8 * MIB
ABSENCES = 4_096
ABSENCE_BYTES = 16  # of one, as the table stores it
THREADS = 2
SEGMENT_BYTES = 1 * MIB
SEGMENTS_MAPPED = 4  # of a thread: written to, prepared, being shipped, being taken over
# Answers for the snapshot, as many as the cache has room for: those that wait, and those that are
# being written (redirect/snapshot/README.md).
SNAPSHOT_BYTES = 2 * 192 * CACHE_BYTES // (160 + 66 * THREADS)
# What no setting names: the tables of agents and hosts, buffers of connections and Redis, lines
# on their way (the window is larger than what can be owed here), and the allocator's gaps.
ALLOWANCE = 8 * MIB
# Gaps and the allocator's reserve: without bounds a round would add some 100 MiB.
GROWTH_MAX = 8 * MIB

CONNECTIONS = 32
REQUESTS_AT_ONCE = 50


def add_links(redis, first, count):
    client = redis.client()
    client.pipeline([["HSET", f"wm:link:*/m{n}", "destination",
                      f"https://shop.example/page/{n}?ref={{referrer}}", "campaign", "camp_demo",
                      "referrer", f"rfr_{n}", "link", f"lnk_{n}"]
                     for n in range(first, first + count, 2)])
    client.close()


def request(n):
    return (f"GET /m{n} HTTP/1.1\r\nHost: go.example\r\nUser-Agent: Mozilla/5.0 Chrome/126\r\n"
            "\r\n").encode()


def ask(connections, codes):
    """Sends a part of the codes to each connection, then takes all answers; returns statuses."""
    statuses = collections.Counter()
    parts = [codes[at::len(connections)] for at in range(len(connections))]
    for connection, part in zip(connections, parts):
        connection.sendall(b"".join(map(request, part)))
    for connection, part in zip(connections, parts):
        received, seen = b"", []
        while len(seen) < len(part):
            data = connection.recv(1 << 20)
            assert data, "the edge closed a connection"
            received += data
            seen = re.findall(rb"HTTP/1\.1 (\d{3}) ", received)
        statuses.update(seen)
    return statuses


def ask_for_all(edge, first):
    connections = [socket.create_connection(("127.0.0.1", edge.port), timeout=20)
                   for _ in range(CONNECTIONS)]
    statuses = collections.Counter()
    step = CONNECTIONS * REQUESTS_AT_ONCE
    for begin in range(first, first + CODES, step):
        statuses += ask(connections, range(begin, min(begin + step, first + CODES)))
    for connection in connections:
        connection.close()
    assert statuses == {b"302": CODES // 2, b"404": CODES // 2}


def resident(edge):
    return edge.metric("process_resident_memory_bytes")


def test_resident_memory_stays_within_the_settings(make_system):
    system = make_system(edge_settings=[
        f"cache.bytes={CACHE_BYTES}", f"cache.absences={ABSENCES}", f"threads={THREADS}",
        f"journal.segment_bytes={SEGMENT_BYTES}", "connections.max=64", "hosts.max=64",
        "lookup.unknown_rate=10000000", "lookup.unknown_address_rate=0"])
    system.add_campaign("camp_demo")
    add_links(system.redis, 0, 2 * CODES)
    system.start()
    edge = system.edge

    rest = [resident(edge)]
    for first in (0, CODES):
        ask_for_all(edge, first)
        wait_until(lambda: edge.metric("waymark_link_cache_evictions_total") > 0,
                   "the cache is full")
        rest.append(resident(edge))
    print("resident: " + ", ".join(f"{bytes / MIB:.1f} MiB" for bytes in rest))
    settings = (CACHE_BYTES + SNAPSHOT_BYTES + ABSENCES * ABSENCE_BYTES +
                THREADS * SEGMENTS_MAPPED * SEGMENT_BYTES)
    growth = rest[1] - rest[0]
    assert growth < settings + ALLOWANCE, f"{growth / MIB:.1f} MiB for {settings / MIB:.1f} MiB"
    assert rest[2] - rest[1] < GROWTH_MAX, f"{(rest[2] - rest[1]) / MIB:.1f} MiB more"
    assert edge.metric("waymark_link_cache_bytes") <= CACHE_BYTES
