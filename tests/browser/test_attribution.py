"""Cookie and token in a real browser: a click marks the visitor, whatever is no click does not."""
import time

import pytest

from tests.support import certificates
from tests.support.invariants import click_id
from tests.support.programs import free_port, wait_until


@pytest.fixture
def link(system, site):
    """The short link to the merchant's page, as it stands on other pages."""
    system.add_link("try", destination=f"{site.url}/welcome", campaign="camp_demo",
                    referrer="rfr_anna")
    return f"http://127.0.0.1:{system.edge.port}/try"


def landed(browser, site):
    """The token with which the browser reached the merchant's page."""
    url = browser.url()
    assert url.startswith(f"{site.url}/welcome?wm_click="), url
    return url.partition("wm_click=")[2]


def clicks_of(system, count):
    """The stored clicks once there are that many, newest first."""
    def look():
        _, page = system.tracker.api("GET", "/v1/clicks?code=try")
        return page["data"] if len(page["data"]) >= count else None
    return wait_until(look, f"{count} clicks are in the store")


def test_a_click_lands_on_the_merchants_page_and_is_remembered(system, browser, site, link):
    site.pages["/blog"] = f'<a id="link" href="{link}">a recommendation</a>'
    browser.open(f"{site.url}/blog")
    browser.click("#link")
    token = landed(browser, site)
    assert browser.text("h1") == "Welcome"
    click = system.click(token)
    assert click["counted"] is True and click["bot"] is None
    assert click["new"] is True and click["visitor"]
    assert click["ref"] == "localhost"

    cookie = browser.cookies()["wm_ref"]
    assert cookie["value"].startswith("1.")
    assert cookie["domain"] == "127.0.0.1" and cookie["path"] == "/"
    assert cookie["httpOnly"] is True and cookie["sameSite"] == "Lax"
    assert cookie["secure"] is False, "a trial over plain http"
    assert abs(cookie["expires"] - time.time() - 30 * 86_400) < 300
    assert browser.run("return document.cookie") == ""


def test_over_tls_the_cookie_is_for_tls_alone(make_system, folder, browser, site):
    """As it runs in earnest: `cookies.secure` is on, as it is without a word."""
    certificate, key = certificates.make(folder / "tls", "go", ["localhost"])
    port = free_port()
    system = make_system(edge_settings=[
        f"tls.listen=127.0.0.1:{port}", f"tls.certificate={certificate}", f"tls.key={key}",
        "cookies.secure=true"]).start()
    system.add_link("try", destination=f"{site.url}/welcome")
    browser.devtools("Security.setIgnoreCertificateErrors", ignore=True)
    tokens = []
    for _ in range(2):
        browser.open(f"https://127.0.0.1:{port}/try")
        tokens.append(landed(browser, site))
    cookie = browser.cookies()["wm_ref"]
    assert cookie["secure"] is True and cookie["httpOnly"] is True
    first, second = (system.click(token) for token in tokens)
    assert first["new"] is True and second["new"] is False
    assert second["visitor"] == first["visitor"]


def test_the_second_click_is_a_returning_visitors(system, browser, site, link):
    browser.open(link)
    first = system.click(landed(browser, site))
    browser.open(link)
    second = system.click(landed(browser, site))
    assert first["id"] != second["id"]
    assert second["visitor"] == first["visitor"]
    assert second["new"] is False and second["prev"] == first["id"]


@pytest.mark.parametrize("page", [
    '<img src="{}" width="0" height="0">',
    '<iframe src="{}" style="display:none"></iframe>',
    '<object data="{}"></object>',
    '<script src="{}"></script>',
    '<link rel="stylesheet" href="{}">',
    '<script>fetch("{}", {{mode: "no-cors", credentials: "include"}})</script>',
], ids=["img", "iframe", "object", "script", "stylesheet", "fetch"])
def test_embedding_a_link_marks_nobody(system, browser, site, link, page):
    site.pages["/stuffing"] = page.format(link)
    browser.open(f"{site.url}/stuffing")
    click = clicks_of(system, 1)[0]
    assert click["bot"] == "embed" and click["why"] == "embed"
    assert click["counted"] is False
    assert "wm_ref" not in browser.cookies()

    # Nor does it take the click of a visitor who is known from whom they came by.
    browser.open(link)
    honest = landed(browser, site)
    kept = browser.cookies()["wm_ref"]["value"]
    browser.open(f"{site.url}/stuffing")
    clicks_of(system, 3)
    assert browser.cookies()["wm_ref"]["value"] == kept
    assert system.click(honest)["counted"] is True


def test_prefetching_a_link_marks_nobody(system, browser, site, link):
    site.pages["/ahead"] = f'<link rel="prefetch" href="{link}">'
    browser.open(f"{site.url}/ahead")
    click = clicks_of(system, 1)[0]
    assert click["bot"] == "prefetch" and click["counted"] is False
    assert "wm_ref" not in browser.cookies()


def test_who_opts_out_is_redirected_and_not_remembered(system, browser, site, link):
    browser.devtools("Network.setExtraHTTPHeaders", headers={"Sec-GPC": "1"})
    browser.open(link)
    click = system.click(landed(browser, site))
    assert click["counted"] is True
    assert click["visitor"] is None and click["ipk"] is None
    assert "wm_ref" not in browser.cookies()


def test_consent_is_asked_for_where_the_campaign_wants_it(system, browser, site):
    system.edge.end()
    system.edge.command += ["--set", "cookies.consent=shop_consent:marketing"]
    system.edge.start()
    system.add_campaign("camp_asks", status="live", cookies="consent")
    system.add_link("asks", destination=f"{site.url}/welcome", campaign="camp_asks")
    link = f"http://127.0.0.1:{system.edge.port}/asks"

    def answer_banner(value):
        browser.devtools("Network.setCookie", name="shop_consent", value=value,
                         url=f"http://127.0.0.1:{system.edge.port}/")
        browser.open(link)
        return system.click(landed(browser, site))

    for value in ("undefined", "yes", "%7B%22marketing%22%3Afalse%7D"):
        assert answer_banner(value)["visitor"] is None
        assert "wm_ref" not in browser.cookies()
    click = answer_banner("%7B%22marketing%22%3Atrue%7D")
    assert click["visitor"] and click["id"] == click_id(landed(browser, site))
    assert "wm_ref" in browser.cookies()
