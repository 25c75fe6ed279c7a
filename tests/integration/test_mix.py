"""The whole request mix against the running system: every answer, every cookie, every click."""
import re

import pytest

from tests.support.invariants import assert_all_stored_once, click_id
from tests.support.mix import Mix, Replay
from tests.support.programs import wait_until
from tests.support.rawhttp import by_byte, by_line

SAMPLE = 100  # requests that are sent in pieces


@pytest.fixture
def mix_system(make_system):
    # All visitors of the mix come from this machine's one address.
    system = make_system(edge_settings=["lookup.unknown_address_rate=0"], socket=True)
    system.mix = Mix(system.folder / "mix", system.keys)
    client = system.redis.client()
    system.mix.load_links(client)
    client.close()
    return system.start()


def test_every_answer_and_every_click(mix_system):
    mix, edge = mix_system.mix, mix_system.edge
    with Replay(edge.port) as replay:
        answered = [(request, replay.send(request)) for request in mix.requests]

    wrong = [(request.status, answer.status, request.bytes) for request, answer in answered
             if request.status not in (0, answer.status)]
    assert not wrong, f"{len(wrong)} wrong, such as {wrong[:3]}"
    tokens = [answer.click_token() for _, answer in answered if answer.click_token()]
    assert len(tokens) > len(mix.requests) / 2
    assert_all_stored_once(mix_system, tokens)

    # Links that lead elsewhere or nowhere now are recorded as well, and cards, with no token.
    cards = sum(answer.status == 200 and request.kind == "preview" for request, answer in answered)
    assert cards > 0
    assert edge.metric('waymark_http_answers_total{outcome="card"}') == cards
    journalled = edge.metric("waymark_clicks_journalled_total")
    assert journalled == cards + sum(answer.status in (302, 303, 307, 410)
                                     for _, answer in answered)
    wait_until(lambda: rows_in(mix_system) == journalled, "every accepted click is a row")
    assert sum(edge.metric(f'waymark_clicks_dropped_total{{reason="{reason}"}}')
               for reason in ("full", "io")) == 0

    rows = {row["id"]: row for row in mix_system.tracker.rows(
        "SELECT id, bot, outcome, campaign FROM clicks")}
    no_cookies = (mix.campaigns_with("cookies", "never") |
                  mix.campaigns_with("cookies", "consent"))  # the mix gives no consent
    assert len(no_cookies) == 2
    for request, answer in answered:
        check_cookie_and_class(request, answer, rows, no_cookies)


def rows_in(system):
    return system.tracker.rows("SELECT count(*) AS n FROM clicks")[0]["n"]


def check_cookie_and_class(request, answer, rows, no_cookies):
    token = answer.click_token()
    if token is None:
        assert not answer.set_cookies, request.bytes
        return
    row = rows[click_id(token)]
    assert row["outcome"] is None, "only a landing page is given a token"
    expected = None if request.kind == "person" else request.kind
    assert row["bot"] == expected, request.bytes
    due = (request.kind == "person" and row["campaign"] not in no_cookies
           and not request.has_line(b"Sec-GPC: 1"))
    assert len(answer.set_cookies) == due, request.bytes
    assert (answer.cookie() is not None) == due, request.bytes


def lasting(answer):
    """What stays the same when a request is repeated."""
    location = answer.headers.get("location", "")
    location = location.replace(answer.click_token() or "\n", "<token>")
    cookies = [re.sub(r"^wm_ref=[^;]*|Max-Age=\d+", "", line) for line in answer.set_cookies]
    others = {name: value for name, value in answer.headers.items()
              if name not in ("date", "location", "set-cookie")}
    return answer.status, location, cookies, others, answer.body


@pytest.mark.parametrize("pieces", [by_line, by_byte])
def test_requests_in_pieces_get_the_same_answers(mix_system, pieces):
    requests = mix_system.mix.requests
    sample = requests[::len(requests) // SAMPLE]
    tokens = []
    with Replay(mix_system.edge.socket) as replay:
        for request in sample:
            whole, in_pieces = replay.send(request), replay.send(request, pieces)
            assert lasting(in_pieces) == lasting(whole), request.bytes
            tokens += [a.click_token() for a in (whole, in_pieces) if a.click_token()]
    assert_all_stored_once(mix_system, tokens)
