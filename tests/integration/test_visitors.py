"""Visitors who come back, and what their cookie carries."""
import re
import signal
import threading

from tests.support import rawhttp
from tests.support.invariants import assert_all_stored_once, click_id
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


class Visitors:
    """Visitors who come again and again, each with the cookie it was last given."""

    def __init__(self, edge, count):
        self.edge = edge
        self.cookies = [edge.get("/try").cookie() for _ in range(count)]
        self.tokens = []
        self.stopped = False
        self.thread = threading.Thread(target=self.come)
        self.thread.start()

    def come(self):
        while not self.stopped:
            for at, cookie in enumerate(self.cookies):
                answer = rawhttp.get(self.edge.port, "/try", returning(cookie))
                assert answer.status == 302
                self.cookies[at] = answer.cookie()
                self.tokens.append(answer.click_token())

    def stop(self):
        self.stopped = True
        self.thread.join()


def test_rotating_keys_under_load_loses_no_cookie(system):
    """Two steps (design 3.3): append the new key everywhere, then move it to the front."""
    visitors = Visitors(system.edge, 20)
    old = system.keys.read_text()
    new = "knew " + "5a" * 32 + "\n"

    def reload(keys):
        system.keys.write_text(keys)
        for program in (system.edge, system.tracker):
            program.process.send_signal(signal.SIGHUP)

    def key_ids(admin_port):
        version = rawhttp.get(admin_port, "/version").body.decode()
        return re.findall(r'"([^"]+)"', version.partition('"keys"')[2].partition("]")[0])

    def all_sign_with_the_new_key():
        return all(cookie.startswith("1.knew.") for cookie in visitors.cookies)

    try:
        reload(old + new)
        for program in (system.edge, system.tracker):
            wait_until(lambda port=program.admin: "knew" in key_ids(port), "it has both keys")
        assert not any(cookie.startswith("1.knew.") for cookie in visitors.cookies)
        reload(new + old)
        wait_until(all_sign_with_the_new_key, "every cookie was written anew")
    finally:
        visitors.stop()
    assert_all_stored_once(system, visitors.tokens)
    news = system.tracker.rows("SELECT count(*) AS n FROM clicks WHERE new = 1")[0]["n"]
    assert news == 20, "nobody was taken for somebody new"
    for token in (visitors.tokens[0], visitors.tokens[-1]):  # signed with the old and the new key
        status, answer = system.tracker.api("POST", "/v1/attribution/resolve", {"click_id": token})
        assert status == 200 and answer["referrer"] == "rfr_anna"
