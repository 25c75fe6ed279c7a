"""Links that are renamed and limited, from the API and the tool to Redis and the edge."""
import json
import time

import pytest

from tests.support.links import change_link, import_links, make_link
from tests.support.programs import wait_until, wait_until_heard

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}


def test_a_changed_destination_is_where_visitors_go(system):
    link = make_link(system, "move")
    assert system.edge.get("/move").headers["location"].startswith("https://shop.example/?")
    change_link(system, link, destination="https://shop.example/summer")
    wait_until_heard(lambda: system.edge.get("/move").headers["location"].startswith(
        "https://shop.example/summer?"))


def test_a_new_code_works_at_once_and_the_old_one_is_an_alias_in_redis(system):
    link = make_link(system, "old1", campaign="camp_demo")
    change_link(system, link, code="New1")
    assert system.edge.get("/new1").status == 302
    assert system.redis.hgetall("wm:link:*/old1") == {"alias_of": "new1"}
    change_link(system, link, code="new2")
    assert system.redis.hgetall("wm:link:*/old1") == {"alias_of": "new2"}
    assert system.redis.hgetall("wm:link:*/new1") == {"alias_of": "new2"}
    assert change_link(system, link, code="old1")["aliases"] == ["new1", "new2"]
    assert system.redis.hgetall("wm:link:*/old1")["destination"] == "https://shop.example/"
    wait_until_heard(lambda: system.edge.get("/old1").status == 302)


def full_in_redis(system, code):
    return system.redis.hgetall(f"wm:link:*/{code}").get("full") == "1"


def test_a_link_is_full_after_its_clicks_and_opens_when_the_limit_is_raised(system):
    link = make_link(system, "few", max_clicks=2, title="Two of them", campaign="camp_demo")
    # Whoever is not counted does not use the link up.
    system.edge.get("/few", headers={"User-Agent": "curl/7.88.1"})
    system.edge.get("/few", headers={"User-Agent": "Googlebot/2.1"})
    system.edge.get("/few", headers={**BROWSER, "Sec-Purpose": "prefetch"})
    system.edge.get("/few", headers=BROWSER, method="HEAD")
    preview = system.edge.get("/few", headers={"User-Agent": "facebookexternalhit/1.1"})
    assert preview.status in (200, 302)
    first = system.edge.get("/few", headers=BROWSER)
    system.click(first.click_token())  # all before it are in the store, too
    assert not full_in_redis(system, "few")
    second = system.edge.get("/few", headers=BROWSER)
    system.click(second.click_token())
    wait_until(lambda: full_in_redis(system, "few"), "the drain has seen the count")
    # By HEAD, which is not counted: a third click before the edge hears of it would use up the
    # limit that is raised to three below.
    wait_until_heard(lambda: system.edge.get("/few", headers=BROWSER, method="HEAD").status == 410)
    assert json.loads(system.waymark_api("link", "get", "few", "--json"))["full"] is True

    system.waymark_api("link", "update", "few", "--max-clicks", 3)
    assert not full_in_redis(system, "few")
    wait_until_heard(lambda: system.edge.get("/few", headers=BROWSER).status == 302)


def test_a_link_is_full_within_a_second_of_the_click_that_fills_it(system):
    """In one of some tries: a busy machine may be late, but not every time."""
    times = []
    for number in range(5):
        make_link(system, f"last{number}", max_clicks=1)
        click = system.edge.get(f"/last{number}", headers=BROWSER).click_token()
        system.click(click)  # the drain has seen it
        begin = time.monotonic()
        wait_until(lambda: full_in_redis(system, f"last{number}"), "the tracker has set it")
        times.append(time.monotonic() - begin)
        if times[-1] <= 1.0:
            break
    assert min(times) <= 1.0, times


@pytest.mark.parametrize("fields, param", [
    ({"destination": "SHORT/x"}, "destination"),
    ({"destination": "https://other.example/"}, "destination"),
    ({"expired_url": "https://other.example/"}, "expired_url"),
    ({"rules": [{"destination": "https://other.example/"}]}, "rules"),
    ({"rules": [{"split": [{"weight": 1, "destination": "SHORT/x"}]}]}, "rules")])
def test_no_link_leads_to_us_or_outside_what_is_allowed(make_system, fields, param):
    system = make_system(
        tracker_settings=("destinations.allow=shop.example,127.0.0.1",)).start()
    short = f"http://127.0.0.1:{system.edge.port}"
    fields = json.loads(json.dumps(fields).replace("SHORT", short))
    status, problem = system.tracker.api(
        "POST", "/v1/links", {"destination": "https://shop.example/", **fields})
    assert status == 422 and problem["param"] == param, problem
    link = make_link(system, "good")
    status, problem = system.tracker.api("PATCH", f"/v1/links/{link['id']}", fields)
    assert status == 422 and problem["param"] == param, problem


def test_codes_may_depend_on_their_case(make_system):
    exact = ["codes.case=exact"]
    system = make_system(edge_settings=exact, tracker_settings=exact).start()
    upper = make_link(system, "Anna", destination="https://shop.example/upper")
    make_link(system, "anna", destination="https://shop.example/lower")
    change_link(system, upper, code="ANNA")

    def landing(code):
        return system.edge.get(f"/{code}").headers.get("location", "").partition("?")[0]
    assert landing("anna") == "https://shop.example/lower"
    for code in ("ANNA", "Anna", "%41nna", "Anna."):  # the second is its former code
        assert landing(code) == "https://shop.example/upper", code
    assert system.edge.get("/aNNa").status == 404


@pytest.mark.parametrize("path, fields, param, said", [
    ("links", {"starts_at": "2030-01-02T00:00:00Z", "expires_at": "2030-01-01T00:00:00Z"},
     "expires_at", "later than starts_at"),
    ("links", {"starts_at": 1893456000, "expires_at": 1893456000}, "expires_at",
     "later than starts_at"),
    ("links", {"max_clicks": 2**53}, "max_clicks", "from 1 to 9007199254740991"),
    ("links", {"max_clicks": 0}, "max_clicks", "from 1 to 9007199254740991"),
    ("links", {"expired_url": "https://shop.example/{code}"}, "expired_url", "placeholder"),
    ("campaigns", {"fallback_url": "https://shop.example/{code}"}, "fallback_url", "placeholder"),
    ("domains", {"host": "a.example", "root_url": "https://shop.example/{code}"}, "root_url",
     "placeholder")])
def test_what_could_not_work_is_refused_by_name(system, path, fields, param, said):
    needed = {"links": {"destination": "https://shop.example/"}, "campaigns": {"name": "C"},
              "domains": {}}[path]
    status, problem = system.tracker.api("POST", f"/v1/{path}", {**needed, **fields})
    assert status == 422 and problem["param"] == param and said in problem["detail"], problem


def test_a_link_may_be_renamed_though_its_time_is_over(system):
    link = make_link(system, "over", starts_at=1, expires_at=2)
    assert change_link(system, link, code="over2")["code"] == "over2"


@pytest.mark.parametrize("word", ["admin", "API", "Www"])
def test_reserved_words_are_no_codes(system, folder, word):
    link = make_link(system, "good")
    for method, path in (("POST", "/v1/links"), ("PATCH", f"/v1/links/{link['id']}")):
        status, problem = system.tracker.api(
            method, path, {"destination": "https://shop.example/", "code": word})
        assert status == 422 and problem["param"] == "code"
    file = folder / "links.csv"
    file.write_text(f"destination,code\nhttps://shop.example/,{word}\n")
    done = import_links(system, file)
    assert done.returncode == 5 and "reserved" in done.stdout


def test_rules_by_the_tool(system, folder):
    rules = folder / "rules.json"
    rules.write_text(json.dumps([
        {"when": {"os": ["ios"]}, "destination": "https://shop.example/ios"},
        {"split": [{"weight": 70, "destination": "https://shop.example/a"},
                   {"weight": 30, "destination": "https://shop.example/b"}]}]))
    text = system.waymark_api("link", "add", "https://shop.example/", "--code", "phone", "--rules",
                              rules)
    assert "1  os ios -> https://shop.example/ios" in text
    assert "2  everybody, 70 of 100 -> https://shop.example/a" in text
    stored = json.loads(system.redis.hgetall("wm:link:*/phone")["rules"])
    assert stored == json.loads(rules.read_text())
    assert "rules" not in system.waymark_api("link", "update", "phone", "--rules", "")
    assert "rules" not in system.redis.hgetall("wm:link:*/phone")


def test_the_tool_renames_and_finds_by_the_old_code(system):
    system.waymark_api("link", "add", "https://shop.example/", "--code", "tool1", "--title", "T")
    text = system.waymark_api("link", "update", "TOOL1", "--code", "Tool2", "--title", "")
    assert "code         tool2" in text and "aliases      tool1" in text and "title" not in text
    assert json.loads(system.waymark_api("link", "get", "tool1", "--json"))["code"] == "tool2"


def test_the_tool_makes_shows_and_changes_domains(system, folder):
    robots = folder / "robots.txt"
    robots.write_text("User-agent: *\nDisallow: /\n")
    text = system.waymark_api("domain", "add", "Go.Example.org", "--cookie-domain", "example.org",
                              "--root-url", "https://example.org/", "--robots", robots)
    assert "go.example.org" in text and "Disallow: /" in text
    assert system.redis.hgetall("wm:domain:go.example.org")["cookie_domain"] == "example.org"
    system.waymark_api("domain", "update", "go.example.org", "--root-url", "", "--fallback-url",
                       "https://example.org/lost")
    domain = json.loads(system.waymark_api("domain", "get", "go.example.org", "--json"))
    assert domain["root_url"] is None and domain["fallback_url"] == "https://example.org/lost"
    assert "go.example.org" in system.waymark_api("domain", "list")
    assert "root_url" not in system.redis.hgetall("wm:domain:go.example.org")

    def lost():
        return system.edge.get("/nobody", {"Host": "go.example.org"}).status
    assert lost() == 302
    system.waymark_api("domain", "remove", "Go.Example.org")
    wait_until_heard(lambda: lost() == 404)
    assert "go.example.org" not in system.waymark_api("domain", "list")


def test_no_domain_is_made_of_a_host_that_links_lead_to(system):
    """A slip that would end them all, such as the shop's host."""
    for number in range(3):
        make_link(system, f"led{number}", destination="https://Shop.example/hello")
    done = system.run("domain", "add", "shop.example", "--api",
                      f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                      system.tracker.key_file)
    assert done.returncode != 0 and "code led0" in done.stderr, done.stderr
    assert "3 of the links, campaigns and domains" in done.stderr
    assert system.redis.hgetall("wm:domain:shop.example") == {}
