"""Rules of links and countries, against the programs as they ship."""
import collections
import json
import signal

import pytest

from tests.support import rawhttp
from tests.support.country_file import country_file, write_country_file
from tests.support.programs import wait_until
from tests.support.rawhttp import BROWSER

PHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Version/17.5 Mobile/15E148 Safari/604.1")
HOME, STORE, ABROAD = "https://shop.example/home", "https://apps.example/", "https://de.example/"


def place(answer):
    return answer.headers.get("location", "").partition("?")[0]


def add_ruled(system, code, *rules, **fields):
    system.add_link(code, destination=HOME, rules=json.dumps(rules), **fields)


def headers(**more):
    return dict(BROWSER, **{name.replace("_", "-"): value for name, value in more.items()})


def test_the_first_rule_that_holds_decides_and_the_click_names_it(system):
    system.add_campaign("camp_utm", status="live", utm="utm_source=referral")
    add_ruled(system, "ruled", {"when": {"os": ["ios"]}, "destination": STORE + "{code}?a=1"},
              {"when": {"language": ["de"]}, "destination": ABROAD}, campaign="camp_utm")
    phone = system.edge.get("/ruled?sub1=x", headers(User_Agent=PHONE))
    assert phone.headers["location"].startswith(
        f"{STORE}ruled?a=1&utm_source=referral&sub1=x&wm_click=")
    german = system.edge.get("/ruled", headers(Accept_Language="de-AT,de;q=0.9,en;q=0.5"))
    assert place(german) == ABROAD
    assert place(system.edge.get("/ruled")) == HOME
    assert place(system.edge.get("/ruled", headers(User_Agent=PHONE), "HEAD")) == f"{STORE}ruled"

    click = system.click(german.click_token())
    assert (click["rule"], click["destination"], click["outcome"]) == (1, ABROAD, None)
    assert system.click(system.edge.get("/ruled").click_token())["rule"] is None


def test_a_split_is_weighted_and_stays_with_the_visitor(system):
    add_ruled(system, "split", {"split": [{"weight": 1, "destination": HOME},
                                          {"weight": 1, "destination": ABROAD}]})
    pages = collections.Counter()
    for _ in range(40):
        first = system.edge.get("/split")
        pages[place(first)] += 1
        again = system.edge.get("/split", headers(Cookie=f"wm_ref={first.cookie()}"))
        assert place(again) == place(first)
    assert len(pages) == 2


@pytest.mark.parametrize("rules, problem", [
    ('[{"when":{"devices":["mobile"]},"destination":"https://a.example/"}]', "'devices' is no key"),
    ('[{"when":{"country":["UK"]},"destination":"https://a.example/"}]', "ISO 3166-1"),
    ('[{"split":[{"weight":0,"destination":"https://a.example/"}]}]', "weight must be"),
    ('[{"destination":"javascript:alert(1)"}]', "destination must start with http"),
    ("[{", "is not JSON"),
])
def test_a_mistake_in_the_rules_is_never_redirected_to(system, rules, problem):
    system.add_link("broken", destination=HOME, rules=rules)
    assert system.edge.get("/broken").status == 404
    line = next(json.loads(line) for line in system.edge.log_text().splitlines()
                if "record.malformed" in line)
    assert (line["key"], line["field"]) == ("wm:link:*/broken", "rules")
    assert problem in line["problem"]
    assert system.edge.metric("waymark_link_records_malformed_total") >= 1


# --- countries ---

@pytest.fixture
def countries(folder):
    return write_country_file(folder / "country.mmdb", {"127.0.0.0/8": "DE", "2001:db8::/32": "FR"})


def add_country_link(system):
    add_ruled(system, "geo", {"when": {"country": ["DE"]}, "destination": ABROAD})
    add_ruled(system, "plain", {"when": {"os": ["ios"]}, "destination": STORE})


def test_the_country_is_looked_up_where_a_rule_asks(make_system, countries):
    system = make_system(edge_settings=[f"geo.database={countries}"]).start()
    add_country_link(system)
    answer = system.edge.get("/geo")
    assert place(answer) == ABROAD
    assert system.click(answer.click_token())["country"] == "DE"
    assert system.click(system.edge.get("/plain").click_token())["country"] is None


def test_the_country_of_every_click_is_recorded_on_request(make_system, countries):
    system = make_system(edge_settings=[f"geo.database={countries}",
                                        "geo.every_click=true"]).start()
    add_country_link(system)
    assert system.click(system.edge.get("/plain").click_token())["country"] == "DE"


def test_without_a_file_no_country_rule_holds(system):
    add_country_link(system)
    answer = system.edge.get("/geo")
    assert place(answer) == HOME
    assert system.click(answer.click_token())["country"] is None


def test_a_new_country_file_is_taken_up_and_a_broken_one_is_not(make_system, countries):
    system = make_system(edge_settings=[f"geo.database={countries}"]).start()
    add_country_link(system)
    assert place(system.edge.get("/geo")) == ABROAD
    write_country_file(countries, {"127.0.0.0/8": "FR"}, built=1_767_300_000)
    wait_until(lambda: place(system.edge.get("/geo")) == HOME, "the new file is in force")
    assert system.edge.metric("waymark_geo_database_built_seconds") == 1_767_300_000

    # Cut in place, which would end a process that has the file itself mapped.
    countries.write_bytes(country_file({"127.0.0.0/8": "DE"})[:40])
    system.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "geo.database" in system.edge.log_text(), "the broken file is refused")
    assert place(system.edge.get("/geo")) == HOME

    write_country_file(countries, {"127.0.0.1/32": "DE"})
    system.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: place(system.edge.get("/geo")) == ABROAD, "SIGHUP reads the file again")


def test_a_connection_remembers_its_country(make_system, countries):
    system = make_system(edge_settings=[f"geo.database={countries}"]).start()
    add_country_link(system)
    system.edge.warm("/geo")
    with rawhttp.Connection(system.edge.port) as connection:
        for _ in range(3):
            assert place(connection.request("GET", "/geo", BROWSER)) == ABROAD


@pytest.mark.parametrize("content", [None, b"", b"no country file"])
def test_an_unusable_file_ends_the_start(make_system, folder, content):
    path = folder / "country.mmdb"
    if content is not None:
        path.write_bytes(content)
    edge = make_system(edge_settings=[f"geo.database={path}"]).edge
    for command in (edge.command, [*edge.command, "--check-config"]):
        edge.launch(command)
        assert edge.process.wait(timeout=20) == 78
        assert f"geo.database: {path}" in edge.log_text()


def test_registered_country_serves_where_there_is_no_other(make_system, folder):
    path = write_country_file(folder / "country.mmdb", {
        "127.0.0.0/8": {"registered_country": {"iso_code": "DE"}}})
    system = make_system(edge_settings=[f"geo.database={path}"]).start()
    add_country_link(system)
    assert place(system.edge.get("/geo")) == ABROAD


# --- lifetimes ---

def test_the_hosts_fallback_comes_last(system):
    system.redis.hset("wm:domain:late.example", fallback_url="https://host.example/")
    system.add_campaign("camp_fallback", status="live", fallback_url="https://camp.example/")
    host = headers(Host="late.example")
    system.add_link("gone", full=1)
    system.add_link("gonecamp", full=1, campaign="camp_fallback")
    system.add_link("gonelink", full=1, campaign="camp_fallback",
                    expired_url="https://link.example/")
    for code, where in (("gone", "host"), ("gonecamp", "camp"), ("gonelink", "link")):
        answer = system.edge.get(f"/{code}", host)
        assert (answer.status, answer.headers["location"]) == (302, f"https://{where}.example/")
        assert not answer.set_cookies and answer.click_token() is None
    assert system.edge.get("/gone").status == 410
