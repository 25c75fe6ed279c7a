"""Every case of the tables, sent whole, by line and by byte to a real edge with a real
Redis, and by line behind a PROXY header and TLS."""
import re
import ssl

import pytest

from tests.conformance.cases import read_cases
from tests.conformance.exchange import MANNERS, exchange, exchange_over
from tests.support.rawhttp import connect, get

CASES = read_cases()
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


def assert_well_formed(reply, last):
    """What holds of every answer, whatever it answers (RFC 9110 and 9112)."""
    assert DATE.fullmatch(reply.field("date") or ""), "Date"
    assert reply.field("content-length") is not None, "Content-Length"
    assert len({name for name, _ in reply.fields}) == len(reply.fields), "no field stands twice"
    assert (reply.field("connection") == "close") == last, "close is announced with the last answer"
    assert reply.field("x-injected") is None
    if reply.body:
        assert reply.field("content-type"), "Content-Type"
    if reply.status == 405:
        assert reply.field("allow") == "GET, HEAD"
    if reply.status == 302:
        assert re.fullmatch(r"[\x21-\x7e]+", reply.field("location")), "Location"


def check(case, seen):
    replies = seen.replies
    if case.end == "open":
        assert replies and replies[-1].is_to_sentinel(), "the connection was to stay"
        replies = replies[:-1]
    assert len(replies) == len(case.statuses), "one answer for each request"
    for reply, wanted in zip(replies, case.statuses):
        assert reply.status in wanted
        assert not reply.is_to_sentinel()
    for at, reply in enumerate(seen.replies):
        assert_well_formed(reply, case.end == "close" and at == len(seen.replies) - 1)
    assert seen.rest == b"", "nothing but answers"
    assert seen.ended, "the connection was to end"


def judge(edge, case, seen):
    try:
        check(case, seen)
    except AssertionError as error:
        raise AssertionError(f"{error}\nsent {case.bytes[:300]}\nwant {case.statuses} {case.end}, "
                             f"{case.rule}\ngot {seen}") from None
    assert edge.running()
    assert get(edge.port, "/try").status == 302, "others are served"


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(edge, case, manner):
    judge(edge, case, exchange(edge, case, manner))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_behind_a_proxy_header_and_tls(edge, case):
    context = ssl.create_default_context(cafile=str(edge.certificate))

    with connect(edge.behind) as peer:
        peer.sendall(b"PROXY TCP4 198.51.100.7 192.0.2.1 50000 443\r\n")
        with context.wrap_socket(peer, server_hostname="go.example") as session:
            seen = exchange_over(session, case, "by_line")
    judge(edge, case, seen)


def test_no_case_was_a_bug(edge):
    """Runs last in this file: nothing above may have been saved by the guard of a connection."""
    assert edge.metric("waymark_session_bugs_total") == 0
