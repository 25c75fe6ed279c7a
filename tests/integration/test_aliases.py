"""Aliases: the old code of a renamed link goes where the link of the new code goes."""
from tests.support.programs import wait_until_heard

NEW = "https://shop.example/new"


def alias(system, code, target, host="*", **fields):
    system.redis.hset(f"wm:link:{host}/{code}", alias_of=target, **fields)


def landing(answer):
    return answer.headers.get("location", "").partition("?")[0]


def test_an_alias_leads_where_its_target_leads(system):
    system.add_link("anna", NEW, campaign="camp_demo", referrer="rfr_anna", link="lnk_anna")
    alias(system, "anya", "Anna")
    answer = system.edge.get("/anya")
    assert answer.status == 302 and landing(answer) == NEW
    # Both codes are one link: its clicks are counted under the code that it has now.
    click = system.click(answer.click_token())
    assert (click["code"], click["link"], click["campaign"]) == ("anna", "lnk_anna", "camp_demo")


def test_what_leads_nowhere_is_unknown(system):
    alias(system, "dangling", "nothing")
    alias(system, "self", "self")
    alias(system, "one", "two")
    alias(system, "two", "one")
    alias(system, "chain", "link-of-chain")
    alias(system, "link-of-chain", "try")
    for code in ("dangling", "self", "one", "two", "chain"):
        assert system.edge.get(f"/{code}").status == 404, code
    assert system.edge.get("/link-of-chain").status == 302
    assert "leads to another alias" in system.edge.log_text()


def test_an_alias_of_a_host_prefers_the_records_of_that_host(system):
    system.add_link("spring", "https://shop.example/any")
    system.redis.hset("wm:link:a.example/spring", destination="https://shop.example/a")
    alias(system, "old", "spring", host="a.example")
    alias(system, "old", "spring", host="b.example")
    alias(system, "old", "spring")
    for host, page in (("a.example", "a"), ("b.example", "any"), ("c.example", "any")):
        answer = system.edge.get("/old", {"Host": host})
        assert landing(answer) == f"https://shop.example/{page}", host


def test_an_alias_hears_of_the_end_of_its_target(system):
    system.add_link("anna", NEW)
    alias(system, "anya", "anna")
    system.edge.warm("/anya")
    system.redis.hset("wm:link:*/anna", status="paused")
    wait_until_heard(lambda: system.edge.get("/anya").status == 410)
    system.redis.command("DEL", "wm:link:*/anna")
    wait_until_heard(lambda: system.edge.get("/anya").status == 404)
    system.add_link("anna", NEW)
    wait_until_heard(lambda: landing(system.edge.get("/anya")) == NEW)
