"""Visitors who come back, and what their cookie carries."""
from tests.support import rawhttp
from tests.support.invariants import click_id
from tests.support.programs import wait_until
from tests.support.rawhttp import BROWSER


def returning(cookie):
    return dict(BROWSER, Cookie=f"theme=dark; wm_ref={cookie}; x=1")


def test_a_returning_visitor_is_recognized(system):
    first = system.edge.get("/try")
    second = rawhttp.get(system.edge.port, "/try", returning(first.cookie()))
    one, two = system.click(first.click_token()), system.click(second.click_token())
    assert two["visitor"] == one["visitor"]
    assert one["new"] is True and one["prev"] is None
    assert not two["new"] and two["prev"] == click_id(first.click_token())
    third = rawhttp.get(system.edge.port, "/try", returning(second.cookie()))
    assert system.click(third.click_token())["prev"] == click_id(second.click_token())


def test_another_campaign_keeps_the_visitor(system):
    system.add_campaign("camp_two", status="live")
    system.add_link("two", campaign="camp_two")
    first = system.edge.get("/try")
    second = rawhttp.get(system.edge.port, "/two", returning(first.cookie()))
    one, two = system.click(first.click_token()), system.click(second.click_token())
    assert two["visitor"] == one["visitor"]
    assert len(second.cookie()) > len(first.cookie()), "both campaigns are carried"


def test_a_forged_cookie_is_as_good_as_none(system):
    first = system.edge.get("/try")
    head, _, mac = first.cookie().rpartition(".")
    forged = f"{head}.{'A' if mac[0] != 'A' else 'B'}{mac[1:]}"
    for cookie in (forged, "1.k.x.y", "", "1", "\"", first.cookie() + "x"):
        answer = rawhttp.get(system.edge.port, "/try", returning(cookie))
        assert answer.status == 302
        click = system.click(answer.click_token())
        assert click["new"] is True and click["prev"] is None


def test_a_cookie_signed_with_an_older_key_still_holds(system):
    first = system.edge.get("/try")
    old = system.keys.read_text()
    system.keys.write_text("knew " + "5a" * 32 + "\n" + old)
    system.edge.process.send_signal(1)  # SIGHUP: reload
    system.tracker.process.send_signal(1)

    def signed_with_new_key():
        answer = rawhttp.get(system.edge.port, "/try", returning(first.cookie()))
        return answer if answer.cookie().startswith("1.knew.") else None

    second = wait_until(signed_with_new_key, "the edge signs with the new key")
    one, two = system.click(first.click_token()), system.click(second.click_token())
    assert two["visitor"] == one["visitor"]
