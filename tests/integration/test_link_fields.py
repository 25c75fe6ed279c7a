"""Every field of a link, as it stands in Redis: what it makes the edge do.

One test for each row of the table of fields; its text stands above the test's doings.
"""
import json
import time

import pytest

from tests.support.programs import wait_until, wait_until_heard
from tests.support.shared_system import LATE, SHOP, ask, clicks_of, landing, link, running_system


@pytest.fixture(scope="module")
def system():
    with running_system() as running:
        yield running


def now():
    return int(time.time())


def test_link_destination(system):
    """`destination`: absolute http(s) landing page; may hold {click}, {code}, {referrer},
    {campaign}, {channel} in path and query."""
    system.add_campaign("camp_fields", status="live")
    target = link(system, "dest", "http://shop.example/{code}/{referrer}?k={click}&p={campaign}"
                  "&h={channel}#end", campaign="camp_fields", referrer="rfr:anna")
    answer = ask(system, target + "?c=qr")
    token = answer.click_token()
    assert answer.headers["location"] == (
        f"http://shop.example/dest/rfr%3Aanna?k={token}&p=camp_fields&h=qr&wm_click={token}#end")


@pytest.mark.parametrize("number, destination", enumerate([
    None, "", "shop.example", "//shop.example/", "ftp://shop.example/", "javascript:alert(1)",
    "https://", "https://user@shop.example/", "https://shop.example/\x01",
    "https://shop.example/\r\nX-Injected: 1", "https://sh\u00f6p.example/"]))
def test_link_destination_that_is_none(system, number, destination):
    """A malformed record is never redirected to: 404, a log line with key and field, a counter."""
    before = system.edge.metric("waymark_link_records_malformed_total")
    code = f"bad{number}"
    fields = {} if destination is None else {"destination": destination}
    key = f"wm:link:*/{code}"

    def said():
        """Of ten lines a second that are alike the log leaves out the rest: then once more."""
        system.redis.hset(key, referrer="rfr_anna", **fields)
        answer = ask(system, f"/{code}")
        assert answer.status == 404 and "location" not in answer.headers
        return said_of(system, key)
    assert wait_until(said, "the log names the record")[0].startswith("destination ")
    assert system.edge.metric("waymark_link_records_malformed_total") > before


def said_of(system, key):
    """What the log says of a record that cannot be used."""
    lines = (json.loads(line) for line in system.edge.log_text().splitlines()
             if "record.malformed" in line)
    return [f"{line['field']} {line['problem']}" for line in lines if line["key"] == key]


def test_a_limit_that_nobody_counts_is_told(make_system):
    """`max_clicks` of a link that was written straight into Redis: the tracker does not know it."""
    system = make_system().start()
    link(system, "limited", max_clicks=2)
    link(system, "counted", max_clicks=2, link="lnk_of_a_tracker")
    link(system, "ownlimit", max_clicks=2, full=1)
    for target, status in (("/counted", 302), ("/ownlimit", 410), ("/limited", 302)):
        assert ask(system, target).status == status
    said = [json.loads(line) for line in system.edge.log_text().splitlines()
            if "link.limit" in line]
    assert [(line["key"], line["field"]) for line in said] == [("wm:link:*/limited", "max_clicks")]
    assert system.edge.metric("waymark_link_limits_uncounted_total") == 1
    wait_until(lambda: any(json.loads(report)["limits_uncounted"] == 1
                           for report in system.redis.hgetall("wm:edges").values()),
               "doctor hears of it")


def test_a_key_that_is_no_hash_is_a_malformed_record(make_system):
    """Whoever wrote it with SET learns so; nobody waits for a Redis that answers."""
    system = make_system().start()
    before = system.edge.metric("waymark_link_records_malformed_total")
    system.redis.command("SET", "wm:link:*/text", "https://shop.example/")
    system.redis.command("SET", "wm:campaign:camp_text", "live")
    system.redis.command("SET", "wm:domain:text.example", "https://shop.example/")
    assert ask(system, "/text").status == 404
    assert ask(system, link(system, "intext", campaign="camp_text")).status == 404, "as in a draft"
    assert ask(system, link(system, "beside"), Host="text.example").status == 302
    for key in ("wm:link:*/text", "wm:campaign:camp_text", "wm:domain:text.example"):
        assert "is no hash" in said_of(system, key)[0]
    assert system.edge.metric("waymark_link_records_malformed_total") >= before + 3


def test_what_redis_refuses_to_answer_is_said(make_system):
    """An operator who took a right away reads it, instead of guessing at 503."""
    system = make_system().start()
    target = link(system, "denied")
    system.redis.command("ACL", "SETUSER", "default", "-hgetall")
    assert ask(system, target).status == 503
    assert "links.refused" in system.edge.log_text() and "NOPERM" in system.edge.log_text()
    system.redis.command("ACL", "SETUSER", "default", "+hgetall")
    assert ask(system, target).status == 302


def test_a_cached_link_whose_record_becomes_malformed_is_not_followed_any_more(system):
    target = link(system, "spoilt")
    assert ask(system, target).status == 302
    system.redis.command("DEL", "wm:link:*/spoilt")
    system.redis.command("SET", "wm:link:*/spoilt", "x")
    wait_until_heard(lambda: ask(system, target).status == 404)
    system.redis.command("DEL", "wm:link:*/spoilt")
    link(system, "spoilt")
    wait_until_heard(lambda: ask(system, target).status == 302)


@pytest.mark.parametrize("number, record", enumerate([
    {"destination": "ftp://shop.example/"}, {"alias_of": "nowhere"},
    {"destination": SHOP, "rules": "[{"}]), ids=str)
def test_a_malformed_record_of_a_host_does_not_give_way_to_the_common_one(system, number, record):
    """The host-bound one wins, also when nobody may be redirected to it."""
    target = link(system, f"common{number}")
    assert ask(system, target, Host="other.example").status == 302
    system.redis.hset(f"wm:link:bound.example/common{number}", **record)
    for _ in range(2):
        assert ask(system, target, Host="bound.example").status == 404
        assert ask(system, target + "+", Host="bound.example").status == 404
        assert ask(system, target, Host="other.example").status == 302
    system.redis.command("DEL", f"wm:link:bound.example/common{number}")
    wait_until_heard(lambda: ask(system, target, Host="bound.example").status == 302)


def test_link_ids(system):
    """`campaign`, `referrer`, `link`: ids; absent when unknown."""
    system.add_campaign("camp_ids", status="live")
    ask(system, link(system, "ids", campaign="camp_ids", referrer="rfr_1", link="lnk_1"))
    ask(system, link(system, "noids"))
    row = clicks_of(system, "ids")[0]
    assert (row["campaign"], row["referrer"], row["link"]) == ("camp_ids", "rfr_1", "lnk_1")
    row = clicks_of(system, "noids")[0]
    assert (row["campaign"], row["referrer"], row["link"]) == (None, None, None)


@pytest.mark.parametrize("status, answered", [(None, 302), ("active", 302), ("paused", 410),
                                              ("archived", 410), ("sleeping", 404)])
def test_link_status(system, status, answered):
    """`status`: `active` (default), `paused`, `archived`."""
    fields = {} if status is None else {"status": status}
    assert ask(system, link(system, f"status{status}".lower(), **fields)).status == answered


def test_link_starts_at_and_expires_at(system):
    """`starts_at`, `expires_at`: unix seconds; `expired_url` where a late visitor goes."""
    assert ask(system, link(system, "early", starts_at=now() + 3600)).status == 410
    assert ask(system, link(system, "begun", starts_at=now() - 3600)).status == 302
    assert ask(system, link(system, "late", expires_at=now() - 1)).status == 410
    assert ask(system, link(system, "intime", expires_at=now() + 3600)).click_token()
    answer = ask(system, link(system, "lateurl", expires_at=now() - 1, expired_url=LATE))
    assert answer.headers["location"] == LATE and not answer.set_cookies
    assert clicks_of(system, "late")[0]["outcome"] == "expired"
    assert clicks_of(system, "early")[0]["outcome"] == "early"


def test_a_link_expires_while_it_is_cached(system):
    target = link(system, "expiring", expires_at=now() + 2)
    assert ask(system, target).status == 302
    wait_until(lambda: ask(system, target).status == 410, "the link has expired", 5.0)


def test_link_max_clicks_and_full(system):
    """`max_clicks`, `full`: limit on counted clicks; the tracker sets `full 1` once when it is
    reached."""
    assert ask(system, link(system, "few", max_clicks=10)).status == 302
    assert ask(system, link(system, "full", max_clicks=1, full=1)).status == 410
    assert clicks_of(system, "full")[0]["outcome"] == "full"


def test_link_rules(system):
    """`rules`: JSON list, first match wins; an absent `when` matches all."""
    target = link(system, "ruled", rules="""[
        {"when": {"query": {"v": ["b"]}}, "destination": "https://shop.example/b"},
        {"when": {"os": ["ios"], "device": ["mobile"]}, "destination": "https://shop.example/ios"},
        {"when": {"language": ["fr"]}, "destination": "https://shop.example/fr"},
        {"when": {"from": 1, "until": 2}, "destination": "https://shop.example/past"},
        {"split": [{"weight": 1, "destination": "https://shop.example/split"}]}]""")
    iphone = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
              "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1")
    page = "https://shop.example"
    assert landing(ask(system, target + "?v=b")).startswith(f"{page}/b?")
    assert landing(ask(system, target, User_Agent=iphone)).startswith(f"{page}/ios?")
    assert landing(ask(system, target, Accept_Language="en;q=0.3,fr;q=0.9")).startswith(
        f"{page}/fr?")
    assert landing(ask(system, target)).startswith(f"{page}/split?")
    rules = [row["rule"] for row in clicks_of(system, "ruled", 4)]
    assert len(set(rules)) == 4 and None not in rules


def test_link_rules_that_are_none(system):
    """Bad JSON: never redirected to."""
    assert ask(system, link(system, "badrules", rules="[{")).status == 404
    rules = '[{"destination": "ftp://a/"}]'
    assert ask(system, link(system, "rulehost", rules=rules)).status == 404


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_link_status_code(system, status):
    """`status_code`: 302 (default), 301, 303, 307, 308."""
    answer = ask(system, link(system, f"code{status}", status_code=status))
    assert answer.status == status
    assert answer.headers["cache-control"] == "private, no-store", "no browser may keep it"


@pytest.mark.parametrize("status", ["200", "304", "found"])
def test_link_status_code_that_is_none(system, status):
    assert ask(system, link(system, f"code{status}", status_code=status)).status == 404


def test_link_query(system):
    """`query`: `pass` (default) or `drop`: what becomes of the visitor's own query parameters."""
    assert landing(ask(system, link(system, "passes") + "?a=1&b=%C3%A4")) == (
        f"{SHOP}?a=1&b=%C3%A4&TOKEN")
    assert landing(ask(system, link(system, "says", query="pass") + "?a=1")) == f"{SHOP}?a=1&TOKEN"
    assert landing(ask(system, link(system, "drops", query="drop") + "?a=1")) == f"{SHOP}?TOKEN"


def test_link_title_description_and_image(system):
    """`title`, `description`, `image`: what preview crawlers are shown."""
    target = link(system, "card", title="Anna's \"gift\" <b>", description="10 & more",
                  image="https://shop.example/gift.png")
    answer = ask(system, target, headers={"User-Agent": "facebookexternalhit/1.1"})
    page = answer.body.decode()
    assert answer.status == 200 and not answer.set_cookies
    assert "og:title" in page and "og:description" in page
    assert "https://shop.example/gift.png" in page
    assert "<b>" not in page and "10 & more" not in page, "everything is escaped"
    assert ask(system, target).status == 302, "people are sent on"


def test_link_test(system):
    """`test`: `1`: test mode; marked everywhere, counted nowhere."""
    answer = ask(system, link(system, "mytest", test=1))
    click = system.click(answer.click_token())
    assert click["test"] is True and click["counted"] is False
