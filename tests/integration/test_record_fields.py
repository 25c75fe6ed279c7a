"""Every field of a campaign and a domain, as they stand in Redis, and what holds of all records.

One test for each row of the tables of fields; its text stands above the test's doings.
"""
import json

import pytest

from tests.support.programs import wait_until
from tests.support.shared_system import (LATE, SHOP, ask, clicks_of, landing, link,
                                         running_system)

OVER = "https://shop.example/over"
PAST = 1_000_000_000


@pytest.fixture(scope="module")
def system():
    with running_system(edge_settings=["cookies.consent=consent"]) as running:
        yield running


# --- campaigns ---


@pytest.mark.parametrize("status, answered", [("draft", 404), ("testing", 302), ("live", 302),
                                              ("paused", 410), ("ended", 410), (None, 302)])
def test_campaign_status(system, status, answered):
    """`status`: `draft`, `testing`, `live`, `paused`, `ended`; `draft` answers 404, `testing`
    redirects in test mode. A campaign record without `status` is live."""
    name = f"camp_status_{status}"
    system.add_campaign(name, **({"status": status} if status else {"window_days": "60"}))
    answer = ask(system, link(system, f"incamp{status}".lower(), campaign=name))
    assert answer.status == answered
    if answered == 302:
        assert system.click(answer.click_token())["test"] is (status == "testing")


@pytest.mark.parametrize("days, seconds", [("30", 2_592_000), ("0.5", 43_200), (None, 5_184_000)])
def test_campaign_window_days(system, days, seconds):
    """`window_days`: life of the attribution cookie and of the claim, a decimal number; default
    60."""
    name = f"camp_window_{days}".replace(".", "_")
    system.add_campaign(name, status="live", **({"window_days": days} if days else {}))
    code = f"window{days}".replace(".", "-").lower()
    answer = ask(system, link(system, code, campaign=name))
    assert f"Max-Age={seconds};" in answer.set_cookies[0] + ";"


@pytest.mark.parametrize("policy, given, cookie", [
    ("always", {}, True), (None, {}, True), ("never", {}, False), ("consent", {}, False),
    ("consent", {"Cookie": "a=b; consent=1"}, True), ("always", {"Sec_GPC": "1"}, False),
    ("consent", {"Cookie": "consent=1", "Sec_GPC": "1"}, False)])
def test_campaign_cookies(system, policy, given, cookie):
    """`cookies`: `always` (default), `consent` (only with the cookie named by `cookies.consent`),
    `never`; `Sec-GPC: 1` sets none in any mode."""
    name = f"camp_cookies_{policy}"
    system.add_campaign(name, status="live", **({"cookies": policy} if policy else {}))
    answer = ask(system, link(system, f"cookies{policy}".lower(), campaign=name), **given)
    assert answer.status == 302 and answer.click_token(), "the token is always made"
    assert (answer.cookie() is not None) == cookie


def test_campaign_fallback_url(system):
    """`fallback_url`: where visitors of a paused, ended or expired link go; without it 410."""
    system.add_campaign("camp_over", status="ended", fallback_url=OVER)
    system.add_campaign("camp_on", status="live", fallback_url=OVER)
    for target in (link(system, "over1", campaign="camp_over"),
                   link(system, "over2", campaign="camp_on", status="paused"),
                   link(system, "over3", campaign="camp_on", expires_at=PAST)):
        answer = ask(system, target)
        assert answer.status == 302 and answer.headers["location"] == OVER
        assert not answer.set_cookies and answer.click_token() is None
    answer = ask(system, link(system, "over4", campaign="camp_on", expires_at=PAST,
                              expired_url=LATE))
    assert answer.headers["location"] == LATE, "the link's own goes first"


def test_campaign_utm(system):
    """`utm`: query string merged into the destination; what the firm sets always wins."""
    system.add_campaign("camp_utm", status="live", utm="utm_source=referral&utm_medium=link")
    target = link(system, "utm", f"{SHOP}?utm_medium=own", campaign="camp_utm")
    assert landing(ask(system, target + "?utm_source=visitor&utm_term=t")) == (
        f"{SHOP}?utm_medium=own&utm_source=referral&utm_term=t&TOKEN")


@pytest.mark.parametrize("policy, sent", [(None, "strict-origin-when-cross-origin"),
                                          ("no-referrer", "no-referrer")])
def test_campaign_referrer_policy(system, policy, sent):
    """`referrer_policy`: header value, default `strict-origin-when-cross-origin`."""
    name = f"camp_policy_{policy}".replace("-", "_")
    system.add_campaign(name, status="live", **({"referrer_policy": policy} if policy else {}))
    answer = ask(system, link(system, f"policy{policy}".lower(), campaign=name))
    assert answer.headers["referrer-policy"] == sent


# --- domains ---


def test_domain_cookie_domain(system):
    """`cookie_domain`: cookie `Domain`."""
    system.redis.hset("wm:domain:go.firm.example", cookie_domain="firm.example")
    target = link(system, "domcookie")
    assert "; Domain=firm.example;" in ask(system, target, Host="go.firm.example").set_cookies[0]
    assert "Domain" not in ask(system, target, Host="other.example").set_cookies[0]


@pytest.mark.parametrize("domain", ["example", "other.example", "m.example", "go.firm.example"])
def test_a_cookie_domain_that_browsers_would_refuse(system, domain):
    host = f"{len(domain)}.firm.example"
    system.redis.hset(f"wm:domain:{host}", cookie_domain=domain, root_url="https://firm.example/")
    target = link(system, "domcookie")
    cookie = ask(system, target, Host=host).set_cookies[0]
    assert "Domain" not in cookie, "the host keeps it, which is better than nothing"
    assert ask(system, "/", Host=host).headers["location"] == "https://firm.example/"
    wait_until(lambda: f'"key":"wm:domain:{host}","field":"cookie_domain"'
               in system.edge.log_text(), "the log names it")


def test_domain_root_url(system):
    """`root_url`: where `/` goes."""
    system.redis.hset("wm:domain:root.example", root_url="https://shop.example/home")
    answer = wait_until(lambda: root_of(system, "root.example"), "the domain's root is known")
    assert answer.headers["location"] == "https://shop.example/home"
    assert not answer.set_cookies and answer.click_token() is None


def root_of(system, host):
    answer = ask(system, "/", Host=host)
    return answer if answer.status == 302 else None


def test_domain_fallback_url(system):
    """`fallback_url`: where unknown codes go."""
    system.redis.hset("wm:domain:fallback.example", fallback_url="https://shop.example/oops")
    answer = ask(system, "/no-such-code", Host="fallback.example")
    assert answer.status == 302 and answer.headers["location"] == "https://shop.example/oops"
    assert ask(system, "/no-such-code", Host="other.example").status == 404


def test_domain_robots(system):
    """`robots`: text of robots.txt."""
    system.redis.hset("wm:domain:robots.example", robots="User-agent: *\nDisallow: /secret\n")

    def robots():
        answer = ask(system, "/robots.txt", Host="robots.example")
        return answer if b"/secret" in answer.body else None
    answer = wait_until(robots, "the domain's robots.txt is known")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain")


# --- what holds of all records ---


def test_the_host_bound_record_wins(system):
    """`wm:link:<host>/<code>` for a link of one domain, `wm:link:*/<code>` for every domain; the
    host-bound one wins."""
    target = link(system, "bound")
    system.redis.hset("wm:link:bound.example/bound", destination="https://shop.example/own")
    assert landing(ask(system, target, Host="Bound.Example:80")) == "https://shop.example/own?TOKEN"
    assert landing(ask(system, target, Host="other.example")) == f"{SHOP}?TOKEN"


@pytest.mark.parametrize("spelling", [
    "spelled", "SpElLeD", "%73pelled", "spelled/", *[f"spelled{mark}" for mark in ".,;:!)'"],
    "spelled%2e", "spelled?", "spelled?x=1"])
def test_spellings_of_a_code(system, spelling):
    """Folded to lower case; unreserved percent-escapes decoded; one trailing slash or punctuation
    mark dropped."""
    link(system, "spelled")
    assert ask(system, f"/{spelling}").status == 302


def test_case_counts_where_the_setting_says_so(make_system):
    """`codes.case = exact`."""
    system = make_system(edge_settings=["codes.case=exact"]).start()
    assert landing(ask(system, link(system, "Exact"))) == f"{SHOP}?TOKEN"
    assert ask(system, "/exact").status == 404
    system.redis.hset("wm:link:*/exact", destination="https://shop.example/small")
    wait_until(lambda: ask(system, "/exact").status == 302, "the edge has heard of it")
    assert landing(ask(system, "/Exact.")) == f"{SHOP}?TOKEN"


def test_a_campaign_without_a_record(system):
    """A link that names a campaign without a record works with the defaults and is counted in a
    warning metric."""
    before = system.edge.metric("waymark_link_campaigns_missing_total")
    answer = ask(system, link(system, "lost", campaign="camp_nowhere"))
    assert answer.status == 302 and "Max-Age=5184000" in answer.set_cookies[0]
    assert system.edge.metric("waymark_link_campaigns_missing_total") > before


def test_without_a_campaign_the_cookie_carries_the_visitor(system):
    """Without a campaign the cookie carries the visitor id alone, for 60 days."""
    alone = ask(system, link(system, "alone"))
    assert "Max-Age=5184000" in alone.set_cookies[0]
    system.add_campaign("camp_more", status="live")
    more = ask(system, link(system, "more", campaign="camp_more"))
    assert len(alone.cookie()) < len(more.cookie())


def test_an_alias_is_its_link(system):
    """Aliases of a renamed code are link records with `alias_of <code>`."""
    system.add_campaign("camp_alias", status="live")
    link(system, "newname", campaign="camp_alias", link="lnk_renamed")
    system.redis.hset("wm:link:*/oldname", alias_of="newname")
    assert landing(ask(system, "/oldname?a=1")) == f"{SHOP}?a=1&TOKEN"


def ruled(destination):
    return json.dumps([{"when": {"os": ["ios"]}, "destination": destination}])


@pytest.fixture(scope="module")
def strict():
    with running_system(edge_settings=["links.base_url=https://go.example",
                                       "destinations.allow=shop.example,.pages.example,"
                                       "go.example,second.example"]) as running:
        running.redis.hset("wm:domain:second.example", robots="User-agent: *")
        yield running


@pytest.mark.parametrize("number, destination, good", [
    (0, "https://shop.example/", True), (1, "https://a.pages.example/", True),
    (2, "https://evil.example/", False), (3, "https://shop.example.evil.example/", False),
    (4, "https://go.example/a", False), (5, "https://GO.example:8443/a", False),
    (6, "https://second.example/a", False), (7, "https://Second.Example.:8443/a", False)])
def test_a_record_of_ours_elsewhere_is_no_loop(strict, number, destination, good):
    """A destination on one of our own link hosts, or outside `destinations.allow`: 404. Link hosts
    are that of links.base_url and those with a domain record."""
    for place, fields in {"dest": {"destination": destination},
                          "late": {"expired_url": destination},
                          "rule": {"rules": ruled(destination)}}.items():
        assert ask(strict, link(strict, f"{place}{number}", **fields)).status == (
            302 if good else 404), place


def test_the_log_names_the_record_and_the_field_that_lead_to_us(make_system):
    """The record's own key, whichever host was asked and whichever code led there."""
    system = make_system(edge_settings=["cache.refresh=1s"]).start()
    circle = "https://ours.example/a"
    system.redis.hset("wm:domain:ours.example", robots="User-agent: *")
    link(system, "circledest", circle)
    link(system, "circlelate", expired_url=circle)
    link(system, "circlerule", rules=ruled(circle))
    system.redis.hset("wm:link:*/circleold", alias_of="circledest")
    link(system, "long", "https://shop.example/" + "{referrer}" * 100, referrer="r:" * 32)
    system.redis.hset("wm:link:*/longold", alias_of="long")
    system.redis.hset("wm:link:any.example/longold", alias_of="long")
    for code in ("circledest", "circlelate", "circlerule", "circleold", "longold"):
        assert ask(system, f"/{code}", Host="any.example").status == 404, code
    said = [(line["key"], line["field"], line["problem"].split(" and ")[0]) for line in
            map(json.loads, system.edge.log_text().splitlines())
            if line["event"] == "record.malformed"]
    ours = "leads to our own short links (wm:domain:ours.example)"
    too_long = "is too long once its placeholders are filled in"
    assert set(said) == {
        ("wm:link:*/circledest", "destination", ours),
        ("wm:link:*/circlelate", "expired_url", ours),
        ("wm:link:*/circlerule", "rules", f"at index 0: destination {ours}"),
        ("wm:link:*/long", "destination", too_long)}


def test_a_host_that_becomes_a_link_host_is_led_to_no_more(make_system):
    system = make_system(edge_settings=["cache.refresh=1s"]).start()
    target = link(system, "a", "https://later.example/a")
    assert ask(system, target).status == 302
    system.redis.hset("wm:domain:later.example", robots="User-agent: *")
    wait_until(lambda: ask(system, target).status == 404, "the link was asked for again")
    assert "wm:domain:later.example" in system.edge.log_text()
    system.redis.command("DEL", "wm:domain:later.example")
    wait_until(lambda: ask(system, target).status == 302, "the link was asked for again")


@pytest.mark.parametrize("number, url", enumerate([
    "https://evil.example/", "https://go.example/a", "nowhere"]))
def test_fallbacks_lead_nowhere_that_a_destination_may_not(strict, number, url):
    """A campaign that says so is a draft until it is mended, a domain has no record."""
    strict.redis.hset(f"wm:campaign:camp_away{number}", status="ended", fallback_url=url)
    assert ask(strict, link(strict, f"away{number}", campaign=f"camp_away{number}")).status == 404
    strict.redis.hset(f"wm:domain:away{number}.example", fallback_url=url)
    assert ask(strict, "/nobody", Host=f"away{number}.example").status == 404


def test_a_root_leads_where_it_may(strict):
    """Also to a link of ours, which leads on."""
    for host, url, status in (("evilroot.example", "https://evil.example/", 200),
                              ("ownroot.example", "https://go.example/about", 302)):
        strict.redis.hset(f"wm:domain:{host}", root_url=url)
        assert ask(strict, "/", Host=host).status == status


def test_unknown_codes_of_a_domain_do_not_go_round_in_circles(strict):
    strict.redis.hset("wm:domain:shop.example", fallback_url="https://shop.example/nobody")
    assert ask(strict, "/nobody", Host="shop.example").status == 404
    strict.redis.command("DEL", "wm:domain:shop.example")


def test_fallbacks_do_not_lead_to_a_domain_of_ours(make_system):
    """Nor to one that becomes ours later: from there it could lead back, without end."""
    system = make_system(edge_settings=["cache.refresh=1s"]).start()
    system.redis.hset("wm:campaign:camp_round", status="ended", fallback_url="http://b.example/x")
    target = link(system, "round", campaign="camp_round")
    system.redis.hset("wm:domain:a.example", fallback_url="http://b.example/")
    assert ask(system, target).headers["location"] == "http://b.example/x"
    assert ask(system, "/nobody", Host="a.example").headers["location"] == "http://b.example/"

    system.redis.hset("wm:domain:b.example", fallback_url="http://a.example/")
    for path, host in (("/nobody", "a.example"), ("/nobody", "b.example"), (target, "any.example")):
        wait_until(lambda path=path, host=host: ask(system, path, Host=host).status == 404,
                   f"{host}{path} leads nowhere")
    said = [(line["key"], line["field"]) for line in
            map(json.loads, system.edge.log_text().splitlines())
            if line["event"] == "record.malformed"]
    assert set(said) == {("wm:domain:a.example", "fallback_url"),
                         ("wm:domain:b.example", "fallback_url"),
                         ("wm:campaign:camp_round", "fallback_url")}

    system.redis.command("DEL", "wm:domain:b.example")
    wait_until(lambda: ask(system, "/nobody", Host="a.example").status == 302, "it leads on")
    # A change is heard at once, and judged before it is used.
    system.redis.hset("wm:domain:b.example", robots="User-agent: *")
    system.redis.hset("wm:domain:a.example", fallback_url="http://b.example/again")
    wait_until(lambda: ask(system, "/nobody", Host="a.example").status == 404, "it leads nowhere")


def test_roots_do_not_lead_to_each_other(make_system):
    system = make_system(edge_settings=["cache.refresh=1s"]).start()
    system.redis.hset("wm:domain:b.example", root_url="http://a.example/about")
    system.redis.hset("wm:domain:a.example", root_url="http://b.example/")
    assert ask(system, "/", Host="a.example").status == 200
    assert ask(system, "/", Host="b.example").headers["location"] == "http://a.example/about"


def test_another_name_of_the_edge_is_no_circle_without_end(make_system):
    """Names that no setting and no record tells of: the first answer leads there, and then on to
    nowhere."""
    system = make_system(edge_settings=["links.base_url=https://go.example"]).start()
    port = system.edge.port
    second = f"second.test:{port}"
    target = link(system, "loopy", f"http://Second.test:{port}/loopy")
    rule = link(system, "looprule", rules=ruled(f"http://{second}/looprule"))
    late = link(system, "looplate", status="paused", expired_url=f"http://{second}/looplate")
    assert ask(system, target, Host=f"first.test:{port}").status == 302
    assert ask(system, target, Host=second).status == 404
    assert ask(system, target, Host="second.test").status == 302, "another port is another place"
    assert ask(system, late, Host="first.test").status == 302
    assert ask(system, late, Host=second).status == 410
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1"
    assert ask(system, rule, Host=second, User_Agent=iphone).status == 404
    assert ask(system, rule, Host=second).status == 302
    assert len(clicks_of(system, "loopy", 2)) == 2, "what leads nowhere is no click"
    said = [json.loads(line) for line in system.edge.log_text().splitlines()
            if "link.circle" in line]
    assert [line["asked"] for line in said] == [f"{second}/loopy", f"{second}/looprule"]


def test_an_edge_that_does_not_know_where_it_is_may_lead_to_the_host_that_was_asked(make_system):
    """That may be a shop's, whose proxy has the edge below a path."""
    system = make_system().start()
    target = link(system, "welcome", "https://shop.example/welcome")
    assert ask(system, target, Host="shop.example").status == 302


def test_a_shop_may_have_its_links_below_a_path_of_its_own_site(make_system):
    system = make_system(edge_settings=["links.base_url=https://shop.example/r"]).start()
    assert ask(system, link(system, "page", "https://shop.example/welcome")).status == 302
    assert ask(system, link(system, "circle", "https://shop.example/r/page")).status == 404
    # The proxy leaves the Host as the visitor gave it.
    for host in ("shop.example", "other.example"):
        assert ask(system, link(system, "beside", f"https://{host}/rest"), Host=host).status == 302
    assert ask(system, link(system, "beside", "https://other.example/r"),
               Host="other.example").status == 404
    # Its record is for the links below the path.
    system.redis.hset("wm:domain:shop.example", fallback_url="https://shop.example/lost")
    assert ask(system, link(system, "page2", "https://shop.example/welcome")).status == 302
    answer = ask(system, "/nobody", Host="shop.example")
    assert answer.headers["location"] == "https://shop.example/lost"
