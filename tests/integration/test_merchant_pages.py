"""The merchant's pages of deploy/examples, in front of a real edge and tracker: the token of a click
survives until the sign-up, with cookies and without, and the sign-up is credited."""
import os
import re
import subprocess
import urllib.parse

import pytest

from tests.support import rawhttp
from tests.support.programs import ROOT, Program, free_port, is_listening

EXAMPLES = ROOT / "deploy/examples"


class Shop(Program):
    """One of the two pages; `cookies` is what a browser would keep for it."""

    def __init__(self, language, system):
        super().__init__(f"shop-{language}", system.folder)
        self.language = language
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.environment = {"WAYMARK_API": f"http://127.0.0.1:{system.tracker.port}",
                            "WAYMARK_API_KEY_FILE": str(system.tracker.key_file),
                            "PORT": str(self.port), "TRIAL": "1"}
        self.cookies = {}
        self.set_cookie = None

    def start(self, **environment):
        command = {"node": ["node", EXAMPLES / "merchant-node/server.js"],
                   "php": ["php", "-S", f"127.0.0.1:{self.port}",
                           EXAMPLES / "merchant-php/index.php"]}[self.language]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.environment, **environment})
        self.wait_ready(lambda: is_listening(self.port))
        return self

    def ask(self, method, target, body=b""):
        headers = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        # Both servers may answer in chunks: read to the end, then take what the test looks at.
        with rawhttp.Connection(self.port) as connection:
            lines = [f"{method} {target} HTTP/1.0"] + [f"{n}: {v}" for n, v in headers.items()]
            if body:
                lines.append(f"Content-Length: {len(body)}")
            connection.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            answer = connection.read_to_end().decode()
        head, _, page = answer.partition("\r\n\r\n")
        assert " 200 " in head.splitlines()[0], answer
        for line in head.splitlines():
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                self.set_cookie = value
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
        return page

    def land(self, location):
        """Opens the page that the edge sent the visitor to; returns the token in the form."""
        assert location.startswith(self.url)
        return self.token_in(self.ask("GET", location[len(self.url) - 1:]))

    @staticmethod
    def token_in(page):
        return re.search(r'name="wm_click" value="([^"]*)"', page)[1]

    def sign_up(self, token):
        form = urllib.parse.urlencode({"email": "a@example.org", "wm_click": token})
        page = self.ask("POST", "/signup", form.encode())
        return re.search(r'<p id="thanks">(.*?)</p>', page)[1]


@pytest.fixture(params=["node", "php"])
def shop(request, system):
    shop = Shop(request.param, system).start()
    system.more.append(shop)
    system.add_link("shop", destination=shop.url + "?page=1", campaign="camp_demo",
                    referrer="rfr_anna")
    system.shop = shop
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


def test_a_sign_up_works_while_the_tracker_is_away(system, shop):
    click = system.edge.get("/shop")
    token = shop.land(click.headers["location"])
    system.tracker.end()
    assert shop.sign_up(token) == NOT_CREDITED


def test_the_cookie_is_secure_outside_a_trial(system, shop):
    shop.end()
    shop.start(TRIAL="0")
    shop.land(f"{shop.url}?wm_click={system.edge.get('/shop').click_token()}")
    assert "; secure" in shop.set_cookie.lower()
