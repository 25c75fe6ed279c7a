"""A short code becomes a redirect, the click becomes a stored row."""
import json
import subprocess

from tests.support.invariants import assert_all_stored_once, click_id
from tests.support.programs import BIN, wait_until


def test_a_click_goes_all_the_way(system):
    answer = system.edge.get("/try?utm_source=whatsapp&x=1")

    assert answer.status == 302
    assert answer.headers["location"].startswith("https://shop.example/welcome?")
    assert "x=1" in answer.headers["location"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["content-length"] == "0"
    assert "date" in answer.headers
    cookie = answer.set_cookies[0]
    assert cookie.startswith("wm_ref=1.")
    for part in ("Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"):
        assert part in cookie
    assert "Secure" not in cookie  # plain-http trial

    token = answer.click_token()
    click = system.click(token)
    assert click["id"] == click_id(token)
    assert click["code"] == "try"
    assert click["campaign"] == "camp_demo"
    assert click["referrer"] == "rfr_anna"
    assert click["channel"] == "whatsapp"
    assert click["new"] is True
    assert click["counted"] is True
    assert click["why"] is None
    assert click["query"] == {"utm_source": "whatsapp"}  # x is not among the stored ones
    assert click["ip"] == "127.0.0.0"

    row = system.tracker.rows("SELECT * FROM clicks WHERE id = ?", click["id"])[0]
    assert row["destination"] == "https://shop.example/welcome"
    assert row["visitor"] == click["visitor"]
    assert_all_stored_once(system, [token])


def test_the_stream_entry_has_the_promised_form(system):
    system.tracker.end()
    system.tracker.process = None
    token = system.edge.get("/try").click_token()

    def entries():
        return system.redis.command("XRANGE", "wm:clicks:{0}", "-", "+")

    fields = wait_until(entries, "the click is in the stream")[0][1]
    entry = dict(zip(fields[::2], fields[1::2]))
    name, epoch, thread = entry["origin"].split("/")
    assert name and len(epoch) == 16 and thread in ("0", "1")
    assert entry["first"] == "1"
    assert not entry["body"].endswith("\n")  # it stands between lines
    line = json.loads(entry["body"].splitlines()[0])
    assert line["v"] == 1
    assert line["id"] == click_id(token)
    assert line["code"] == "try"
    assert system.redis.hgetall("wm:stream").keys() == {"0"}

    system.tracker.start()
    assert_all_stored_once(system, [token])


def test_the_list_of_clicks_is_newest_first(system):
    tokens = [system.edge.get("/try").click_token() for _ in range(5)]
    assert_all_stored_once(system, tokens)
    status, page = system.tracker.api("GET", "/v1/clicks?limit=3&code=try")
    assert status == 200
    assert page["object"] == "list" and page["has_more"] is True
    newest = sorted(map(click_id, tokens), reverse=True)
    assert [click["id"] for click in page["data"]] == newest[:3]
    _, rest = system.tracker.api("GET", f"/v1/clicks?limit=3&code=try&starting_after={newest[2]}")
    assert [click["id"] for click in rest["data"]] == newest[3:]
    assert rest["has_more"] is False


def test_click_show_takes_token_id_and_url(system):
    answer = system.edge.get("/try")
    system.click(answer.click_token())
    for operand in (answer.click_token(), click_id(answer.click_token()),
                    answer.headers["location"]):
        page = system.waymark_api("click", "show", operand)
        assert click_id(answer.click_token()) in page
        assert "counted" in page and "camp_demo" in page
    shown = json.loads(system.waymark_api("click", "show", answer.click_token(), "--json"))
    assert shown["code"] == "try"


def test_click_show_says_why_a_click_was_not_counted(system):
    answer = system.edge.get("/try", {"User-Agent": "curl/7.88.1"})
    assert answer.status == 302
    assert not answer.set_cookies
    page = system.waymark_api("click", "show", answer.click_token())
    assert "made with a tool (user agent curl/7.88.1): recorded, not counted" in page


def test_click_tail_shows_the_newest(system):
    tokens = [system.edge.get("/try").click_token() for _ in range(3)]
    assert_all_stored_once(system, tokens)
    lines = system.waymark_api("click", "tail", "--once", "--lines", "2").splitlines()
    newest = sorted(map(click_id, tokens))[-2:]
    assert [line.split()[-1] for line in lines] == newest


def test_click_tail_follows(system):
    with subprocess.Popen(
            [str(BIN / "waymark"), "click", "tail", "--json", "--code", "try", "--api",
             f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
             str(system.tracker.key_file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as tail:
        try:
            assert b"waiting for the first" in tail.stderr.readline()
            for _ in range(3):
                token = system.edge.get("/try").click_token()
                assert json.loads(tail.stdout.readline())["id"] == click_id(token)
        finally:
            tail.kill()


def test_a_click_survives_an_orderly_stop_of_everything(system):
    tokens = [system.edge.get("/try").click_token() for _ in range(20)]
    assert system.edge.end() == 0
    assert system.tracker.end() == 0
    system.tracker.start()  # what it had not read is still in the stream
    assert_all_stored_once(system, tokens)


def test_click_explain_says_who_would_be_credited(system):
    answer = system.edge.get("/try")
    system.click(answer.click_token())
    for operand in (answer.click_token(), answer.headers["location"]):
        page = system.waymark_api("click", "explain", operand)
        assert "rfr_anna is credited, by click_id (last touch)" in page
        assert f"click_id  {click_id(answer.click_token())}" in page
    tool = system.edge.get("/try", {"User-Agent": "curl/7.88.1"}).click_token()
    system.click(tool)
    page = system.waymark_api("click", "explain", tool, "--model", "first")
    assert page.startswith("Nobody is credited.\n") and " bot: " in page
