"""Visitors who are not people: recorded with class and list, shown a card, never counted."""
import html.parser
import json
import signal

import pytest

from tests.support import rawhttp
from tests.support.programs import wait_until
from tests.support.rawhttp import BROWSER
from tests.support.system import Edge

SAFARI = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
          "Gecko) Version/26.1 Mobile/15E148 Safari/604.1")
TITLE = """Anna's "20 %" <b>off</b> & more"""


def ask(edge, target, agent, method="GET", **headers):
    fields = {"User-Agent": agent}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    return rawhttp.get(edge.port, target, fields, method)


def version_page(edge):
    return json.loads(rawhttp.get(edge.admin, "/version").body)


class Metas(html.parser.HTMLParser):
    """What a crawler reads of a page: its meta tags, its title."""

    def __init__(self, page):
        super().__init__()
        self.values, self.tags = {}, set()
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "meta":
            given = dict(attributes)
            self.values[given.get("property") or given.get("name")] = given.get("content")


def stored(system, code, count):
    def rows():
        found = system.tracker.rows("SELECT * FROM clicks WHERE code = ?", code)
        return found if len(found) == count else None
    return wait_until(rows, f"{count} clicks on {code} are stored")


def test_every_class_is_recorded_with_its_list_and_only_people_count(system):
    list_version = version_page(system.edge)["data"]["agents"]
    assert list_version.startswith("1.")
    cases = [("", SAFARI, "GET", {}),
             ("preview", "WhatsApp/2.23.20.0", "GET", {}),
             ("crawler", "Mozilla/5.0 (compatible; bingbot/2.0)", "GET", {}),
             ("scanner", "Mozilla/5.0 (compatible; BarracudaCentral Link Scanner)", "GET", {}),
             ("tool", "curl/8.17.0", "GET", {}),
             ("tool", None, "GET", {}),
             ("head", SAFARI, "HEAD", {}),
             ("prefetch", SAFARI, "GET", {"Sec_Purpose": "prefetch"}),
             ("embed", SAFARI, "GET", {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"})]
    for bot, agent, method, headers in cases:
        answer = ask(system.edge, "/try", agent, method, **headers)
        assert answer.status == 302 and bool(answer.set_cookies) == (bot == "")
        click = system.click(answer.click_token())
        assert (click["bot"] or "") == bot
        assert click["counted"] is (bot == "")
        by_list = bot in ("preview", "crawler", "scanner", "tool")
        assert click["list"] == (list_version if by_list else None)

    rows = stored(system, "try", len(cases))
    assert sorted(row["bot"] or "" for row in rows) == sorted(case[0] for case in cases)

    def totals():
        sums = system.tracker.rows(
            "SELECT sum(raw) AS raw, sum(counted) AS counted FROM click_totals WHERE code = 'try'")[0]
        return dict(sums) if sums["raw"] == len(cases) else None
    assert wait_until(totals, "the totals are there") == {"raw": len(cases), "counted": 1}


def test_click_show_names_class_and_list(system):
    token = ask(system.edge, "/try", "Googlebot/2.1").click_token()
    click = system.click(token)
    page = system.waymark_api("click", "show", token)
    assert f"crawler (list {click['list']})" in page
    assert "made by a crawler (user agent Googlebot/2.1): recorded, not counted" in page


def test_preview_agents_see_a_card(make_system):
    system = make_system(edge_settings=["links.base_url=https://go.shop.example/"]).start()
    system.add_campaign("camp_demo")
    system.add_link("card", campaign="camp_demo", title=TITLE, description="From Anna. <i>Hello</i>",
                    image="https://shop.example/a.png?x=1&y=2")
    answer = ask(system.edge, "/CARD", "facebookexternalhit/1.1", Host="evil.example")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "no-store" in answer.headers["cache-control"]
    assert not answer.set_cookies and "location" not in answer.headers
    page = answer.body.decode()
    assert "evil.example" not in page
    metas = Metas(page)
    assert metas.values["og:title"] == TITLE
    assert metas.values["og:description"] == "From Anna. <i>Hello</i>"
    assert metas.values["og:image"] == "https://shop.example/a.png?x=1&y=2"
    # Whoever shows the card shares the address it asked for, with its channel and share tag.
    assert "og:url" not in metas.values
    assert metas.values["twitter:card"] == "summary_large_image"
    assert not metas.tags & {"b", "i", "script"}, "what a link says stays text"

    head = ask(system.edge, "/card", "facebookexternalhit/1.1", "HEAD")
    assert head.status == 200
    assert head.headers["content-length"] == answer.headers["content-length"]
    # People and other machines are redirected.
    assert system.edge.get("/card").status == 302
    assert ask(system.edge, "/card", "curl/8.17.0").status == 302
    rows = stored(system, "card", 4)
    assert sorted(row["bot"] or "" for row in rows) == ["", "head", "preview", "tool"]


def test_without_a_title_preview_agents_are_redirected(system):
    system.add_link("plain", description="No title", image="https://shop.example/a.png")
    assert ask(system.edge, "/plain", "Twitterbot/1.0").status == 302


@pytest.fixture
def with_file(make_system, folder):
    """A system whose edge has a file of agents; and that file."""
    file = folder / "agents"
    file.write_text("# ours\nperson ^curl/8[.]\nscanner Acme Mail Gate\n")
    system = make_system(edge_settings=[f"agents.file={file}"]).start()
    system.add_link("try")
    return system, file


def test_a_file_of_agents_goes_before_the_list(with_file):
    system, _ = with_file
    assert version_page(system.edge)["data"]["agents.file"].startswith("file-")
    counted = ask(system.edge, "/try", "curl/8.17.0")
    assert counted.set_cookies and system.click(counted.click_token())["counted"] is True
    scanned = system.click(ask(system.edge, "/try", "Acme Mail Gate/2").click_token())
    assert scanned["bot"] == "scanner"
    assert scanned["list"] == version_page(system.edge)["data"]["agents.file"]
    assert system.click(ask(system.edge, "/try", "wget").click_token())["bot"] == "tool"


def test_a_mail_gateway_with_a_browsers_text_is_told_by_its_network(make_system, folder):
    file = folder / "agents"
    file.write_text("scanner from 203.0.113.0/24\nperson from 203.0.113.9\n")
    system = make_system(edge_settings=[f"agents.file={file}", "proxies.trusted=127.0.0.1"]).start()
    system.add_link("try")

    def click_from(address, agent=SAFARI, method="GET"):
        answer = ask(system.edge, "/try", agent, method, X_Forwarded_For=address)
        assert answer.status == 302
        return bool(answer.set_cookies), system.click(answer.click_token())

    cookie, click = click_from("203.0.113.7")
    assert not cookie
    assert (click["bot"], click["counted"]) == ("scanner", False)
    assert click["list"] == version_page(system.edge)["data"]["agents.file"]
    for address in ("203.0.113.9", "198.51.100.7"):
        cookie, click = click_from(address)
        assert cookie and click["bot"] is None and click["counted"] is True
    # What the text or the request says goes before.
    assert click_from("203.0.113.7", "Googlebot/2.1")[1]["bot"] == "crawler"
    assert click_from("203.0.113.7", method="HEAD")[1]["bot"] == "head"


def test_sighup_reads_the_file_again_and_a_bad_one_changes_nothing(with_file):
    system, file = with_file
    before = version_page(system.edge)
    old_keys = system.keys.read_text()

    # A bad file keeps the keys as well.
    file.write_text("person ok\nrobot .*\n")
    system.keys.write_text("knew " + "5a" * 32 + "\n" + old_keys)
    system.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "line 2: 'robot' is no class" in system.edge.log_text(),
               "the edge says what is wrong")
    assert version_page(system.edge) == before
    assert ask(system.edge, "/try", "curl/8.17.0").set_cookies

    file.write_text("crawler (?i)acme\n")
    system.edge.process.send_signal(signal.SIGHUP)
    wait_until(lambda: version_page(system.edge)["keys"][0] == "knew", "the files are read again")
    wait_until(lambda: not ask(system.edge, "/try", "curl/8.17.0").set_cookies,
               "curl is a tool again")


def test_a_bad_file_ends_the_start_and_is_named_by_check_config(system, folder):
    file = folder / "agents"
    file.write_text("person ok\n\ncrawler (\n")
    edge = Edge(folder, system.redis.url, system.keys, name="other",
                settings=[f"agents.file={file}"])
    for command in (edge.command, [*edge.command, "--check-config"]):
        edge.launch(command)
        assert edge.process.wait(20) == 78
        assert f"agents.file {file}, line 3: the pattern '(' is none" in edge.log_text()
