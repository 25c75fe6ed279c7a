"""The merchant's pages of deploy/examples, in front of a real edge and tracker: the token of a click
survives until the sign-up, with cookies and without, and the sign-up is credited."""
import re

import pytest

from tests.support import rawhttp
from tests.support.shop import Shop


@pytest.fixture(params=["node", "php"])
def shop(request, system):
    shop = Shop(request.param, system).start()
    system.more.append(shop)
    system.add_link("shop", destination=shop.url + "?page=1", campaign="camp_demo",
                    referrer="rfr_anna")
    return shop


CREDITED = "Thank you. You were invited by <b>rfr_anna</b>."
NOT_CREDITED = "Thank you."


def test_a_visitor_who_keeps_cookies_is_credited(system, shop):
    click = system.edge.get("/shop")
    assert shop.land(click.headers["location"]) == click.click_token()
    for part in ("path=/", "httponly", "samesite=lax", "max-age=5184000"):
        assert part in shop.set_cookie.lower()
    assert "secure" not in shop.set_cookie.lower()
    system.click(click.click_token())  # is stored
    # Days later, straight to the shop: the cookie fills the form again.
    token = Shop.token_in(shop.ask("GET", "/"))
    assert token == click.click_token()
    assert shop.sign_up(token) == CREDITED
    assert shop.sign_up("") == CREDITED, "also where the form has lost it"


def test_a_visitor_without_cookies_is_credited_by_the_form(system, shop):
    click = system.edge.get("/shop")
    token = shop.land(click.headers["location"])
    system.click(token)
    shop.cookies.clear()
    assert shop.sign_up(token) == CREDITED


def test_a_forged_token_credits_nobody(system, shop):
    click = system.edge.get("/shop")
    token = click.click_token()
    system.click(token)
    forged = ("B" if token[0] == "A" else "A") + token[1:]
    assert shop.sign_up(forged) == NOT_CREDITED
    assert shop.land(f'{shop.url}?wm_click="><script>alert(1)</script>') == ""
    assert not shop.cookies, "what is no token is not kept"


def test_who_opts_out_is_not_remembered_and_is_credited_by_the_form(system, shop):
    click = rawhttp.get(system.edge.port, "/shop", {**rawhttp.BROWSER, "Sec-GPC": "1"})
    shop.headers = {"Sec-GPC": "1"}
    token = shop.land(click.headers["location"])
    assert token == click.click_token() and shop.set_cookie is None
    system.click(token)
    assert shop.sign_up(token) == CREDITED
    # Nor is what was kept before the visitor opted out.
    shop.cookies["shop_click"] = token
    assert Shop.token_in(shop.ask("GET", "/")) == ""
    assert shop.sign_up("") == NOT_CREDITED


@pytest.mark.parametrize("email, cookies", [("%ff", {}), ("a", {"wm_ref": "%ff"}),
                                            ("a", {"wm_ref": "1.k.%ff.x"}), ("a", {"wm_ref": "1"})])
def test_what_no_browser_sends_costs_no_credit(system, shop, email, cookies):
    token = shop.land(system.edge.get("/shop").headers["location"])
    system.click(token)
    shop.cookies = cookies
    assert shop.sign_up(token, email) == CREDITED


def test_a_sign_up_works_while_the_tracker_is_away(system, shop):
    click = system.edge.get("/shop")
    token = shop.land(click.headers["location"])
    system.tracker.end()
    assert shop.sign_up(token) == NOT_CREDITED


@pytest.mark.parametrize("shop", ["php"], indirect=True)  # Node reads the key once, at start
def test_a_sign_up_works_while_the_key_cannot_be_read(system, shop):
    shop.end()
    shop.start(WAYMARK_API_KEY_FILE="/no/such/key")
    token = shop.land(system.edge.get("/shop").headers["location"])
    assert shop.sign_up(token) == NOT_CREDITED


@pytest.mark.parametrize("target", ["//", "//x:99999999", "/%", "/?wm_click=%zz",
                                    "/?%ff&=&wm_click", "/signup", "/index.php/..", "*"])
def test_no_request_ends_the_shop(shop, target):
    for method, body in (("GET", ""), ("HEAD", ""), ("POST", ""),
                         ("POST", "email=%ff&wm_click[]=x&email[]=%ff")):
        with rawhttp.Connection(shop.port) as connection:
            connection.send(f"{method} {target} HTTP/1.0\r\nHost: shop\r\n"
                            "Content-Type: application/x-www-form-urlencoded\r\n"
                            f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
            assert re.match(rb"HTTP/1\.[01] [24]\d\d ", connection.read_to_end())
    assert Shop.token_in(shop.ask("GET", "/")) == ""


def test_the_cookie_is_secure_outside_a_trial(system, shop):
    shop.end()
    shop.start(TRIAL="0")
    shop.land(f"{shop.url}?wm_click={system.edge.get('/shop').click_token()}")
    assert "; secure" in shop.set_cookie.lower()
