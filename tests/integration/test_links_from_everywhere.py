"""Links made by the API, the tool or straight in Redis reach the edge, and changes are heard of."""
import json
import time

from tests.support.programs import wait_until, wait_until_heard


def make_link(system, code, **fields):
    status, link = system.tracker.api(
        "POST", "/v1/links", {"destination": "https://shop.example/", "code": code, **fields})
    assert status == 201, link
    return link


def test_a_link_of_the_api_resolves_at_once(system):
    status, link = system.tracker.api("POST", "/v1/links", {
        "destination": "https://shop.example/new", "code": "fresh", "campaign": "camp_demo"})
    assert status == 201
    assert system.edge.get("/fresh").headers["location"].startswith("https://shop.example/new?")
    click = system.click(system.edge.get("/fresh").click_token())
    assert click["link"] == link["id"]


def test_a_code_asked_for_too_early_resolves_once_it_is_made(system):
    assert system.edge.get("/soon").status == 404  # remembered as unknown
    make_link(system, "soon")
    wait_until_heard(lambda: system.edge.get("/soon").status == 302)


def test_a_paused_link_is_gone_within_a_second(system):
    link = make_link(system, "stop")
    assert system.edge.get("/stop").status == 302
    status, _ = system.tracker.api("PATCH", f"/v1/links/{link['id']}", {"status": "paused"})
    assert status == 200
    wait_until_heard(lambda: system.edge.get("/stop").status == 410)
    system.tracker.api("PATCH", f"/v1/links/{link['id']}", {"status": "active"})
    wait_until_heard(lambda: system.edge.get("/stop").status == 302)


def test_a_paused_campaign_closes_its_links(system):
    system.tracker.api("POST", "/v1/campaigns", {"id": "camp_api"})
    make_link(system, "incamp", campaign="camp_api")
    assert system.edge.get("/incamp").status == 302
    system.tracker.api("PATCH", "/v1/campaigns/camp_api", {"status": "paused"})
    wait_until_heard(lambda: system.edge.get("/incamp").status == 410)


def test_a_change_straight_in_redis_is_heard_of(system):
    assert system.edge.get("/try").status == 302
    system.redis.command("HSET", "wm:link:*/try", "destination", "https://elsewhere.example/")
    wait_until_heard(lambda: system.edge.get("/try").headers["location"].startswith(
        "https://elsewhere.example/"))
    system.redis.command("DEL", "wm:link:*/try")
    wait_until_heard(lambda: system.edge.get("/try").status == 404)


def test_redis_that_comes_back_empty_is_refilled(system):
    make_link(system, "kept")
    system.edge.warm("/kept")
    system.redis.command("FLUSHALL")
    assert system.edge.get("/kept").status == 302  # served from what is known
    wait_until(lambda: system.redis.command("EXISTS", "wm:link:*/kept"), "Redis is refilled")
    assert system.edge.get("/kept").status == 302


def test_the_tool_makes_lists_and_pauses_links(system):
    link = json.loads(system.waymark_api("link", "add", "https://shop.example/w", "--code", "Mia7",
                                         "--campaign", "camp_demo", "--expires-at", "2099-01-31",
                                         "--json"))
    assert link["code"] == "mia7"
    assert link["short_url"] == f"http://127.0.0.1:{system.edge.port}/mia7"
    assert link["expires_at"].startswith("2099-01-31T00:00:00")
    assert system.edge.get("/mia7").status == 302
    assert "https://shop.example/w" in system.waymark_api("link", "get", "mia7")
    assert json.loads(system.waymark_api("link", "get", link["id"], "--json"))["id"] == link["id"]
    assert "mia7" in system.waymark_api("link", "list")
    assert json.loads(system.waymark_api("link", "list", "--json"))["data"][0]["id"] == link["id"]
    system.waymark_api("link", "disable", "mia7")
    wait_until_heard(lambda: system.edge.get("/mia7").status == 410)


def test_the_tool_makes_and_lists_campaigns(system):
    system.waymark_api("campaign", "add", "camp_tool", "--window-days", "7.5", "--utm",
                       "utm_source=referral")
    system.waymark_api("link", "add", "https://shop.example/", "--code", "tool1", "--campaign",
                       "camp_tool")
    answer = system.edge.get("/tool1")
    assert "Max-Age=648000" in answer.set_cookies[0]
    assert "utm_source=referral" in answer.headers["location"]
    assert "camp_tool" in system.waymark_api("campaign", "list")


def test_what_the_tool_says_when_something_is_wrong(system):
    api = ["--api", f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
           system.tracker.key_file]
    system.waymark("link", "add", "https://shop.example/", "--code", "taken", *api)
    for words, code, said in [
            (["link", "add", "https://shop.example/", "--code", "taken"], 4, "taken"),
            (["link", "add", "ftp://shop.example/"], 2, "destination"),
            (["link", "get", "nothing"], 3, "nothing"),
            (["click", "show", "01900000-0000-7000-8000-000000000000"], 3, "doctor")]:
        done = system.run(*words, *api)
        assert done.returncode == code, (words, done.stderr)
        assert said in done.stderr and not done.stdout
    done = system.run("link", "list", "--api", api[1])  # no key
    assert done.returncode == 78 and "--api-key-file" in done.stderr


def test_links_written_while_redis_was_away_arrive_later(system):
    system.redis.kill()
    begin = time.monotonic()
    status, _ = system.tracker.api("POST", "/v1/links", {
        "destination": "https://shop.example/", "code": "later"})
    assert status == 201 and time.monotonic() - begin < 4, "the API does not wait for Redis"
    system.redis.start()
    wait_until(lambda: system.edge.get("/later").status == 302, "the link is written through")
