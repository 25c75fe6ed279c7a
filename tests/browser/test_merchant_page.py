"""From the click to the credited sign-up, in a real browser on a merchant's page as it ships."""
import pytest

from tests.support.shop import Shop


@pytest.fixture(params=["node", "php"])
def shop(request, system):
    running = Shop(request.param, system).start()
    system.more.append(running)
    for referrer in ("anna", "bert"):
        system.add_link(referrer, destination=running.url, campaign="camp_demo",
                        referrer=f"rfr_{referrer}")
    return running


def sign_up(browser):
    browser.run("document.querySelector('[name=email]').value = 'a@example.org'")
    browser.click("button")
    return browser.text("#thanks")


def test_who_came_by_a_link_and_comes_back_later_is_credited(system, browser, shop):
    for referrer in ("anna", "bert"):
        browser.open(f"http://127.0.0.1:{system.edge.port}/{referrer}")
        token = browser.url().partition("wm_click=")[2]
        system.click(token)  # is stored
    browser.open("about:blank")
    browser.open(shop.url)
    assert browser.run("return document.querySelector('[name=wm_click]').value") == token
    assert sign_up(browser) == "Thank you. You were invited by rfr_bert."
    assert browser.cookies()["shop_click"]["httpOnly"] is True


def test_who_keeps_no_cookies_is_credited_by_the_form(system, browser, shop):
    browser.open(f"http://127.0.0.1:{system.edge.port}/anna")
    system.click(browser.url().partition("wm_click=")[2])
    browser.devtools("Network.clearBrowserCookies")
    assert sign_up(browser) == "Thank you. You were invited by rfr_anna."


def test_a_shop_on_the_same_site_is_given_the_edges_cookie(system, browser, shop):
    """Not even the token is needed where short links and shop share a site (`cookie_domain`)."""
    here, port = "shop.localhost", shop.port
    system.redis.hset(f"wm:domain:go.{here}", cookie_domain=here)
    system.add_link("carl", destination=f"http://{here}:{port}/", campaign="camp_demo",
                    referrer="rfr_carl")
    browser.open(f"http://go.{here}:{system.edge.port}/carl")
    system.click(browser.url().partition("wm_click=")[2])
    assert browser.cookies()["wm_ref"]["domain"] == f".{here}"
    browser.devtools("Network.deleteCookies", name="shop_click", domain=here)
    browser.open(f"http://{here}:{port}/")
    assert browser.run("return document.querySelector('[name=wm_click]').value") == ""
    assert sign_up(browser) == "Thank you. You were invited by rfr_carl."


def test_who_came_by_themselves_credits_nobody(browser, shop):
    browser.open(shop.url)
    assert sign_up(browser) == "Thank you."
