"""Our own pages in a real browser: they fit a phone, can be read, and lead on."""
import signal

import pytest

from tests.support import front_proxies
from tests.support.programs import free_port, wait_until

LONG = {"destination": "https://shop.example/" + "way/" * 100 + "?" + "x" * 300,
        "title": "T" * 300, "description": "one " * 20 + "d" * 300}

# Short links below a path of a site that is there for more: the edge never hears of the path.
BELOW_A_PATH = """
events {{}}
http {{
    server {{
        listen 127.0.0.1:{front};
        location /r/ {{ proxy_pass http://127.0.0.1:{edge}/; }}
    }}
}}
"""

# The least contrast (WCAG 2.2) between a text of the page and the ground that it stands on.
LEAST_CONTRAST = """
const channels = color => color.match(/[\\d.]+/g).map(Number);
const ground = element => {
  for (let e = element; e; e = e.parentElement) {
    const color = channels(getComputedStyle(e).backgroundColor);
    if (color.length === 3) return color;
  }
  return [255, 255, 255];
};
const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const luminance = color => {
  const [r, g, b] = color.map(c => linear(c / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = element => {
  const [a, b] = [channels(getComputedStyle(element).color), ground(element)].map(luminance);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};
const holdsText = element => [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
return Math.min(...[...document.querySelectorAll('main, main *')].filter(holdsText).map(contrast));
"""


@pytest.fixture
def phone(browser):
    """A browser as narrow as the narrowest screen that a page must fit (WCAG 2.2, 1.4.10)."""
    browser.devtools("Emulation.setDeviceMetricsOverride", width=320, height=640,
                     deviceScaleFactor=1, mobile=False)
    yield browser
    browser.devtools("Emulation.clearDeviceMetricsOverride")
    browser.devtools("Emulation.setEmulatedMedia", features=[])


def speaks(browser, language):
    browser.devtools("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})


def edge_url(system):
    return f"http://127.0.0.1:{system.edge.port}"


@pytest.fixture
def pages(system):
    """Addresses of pages of every kind that a visitor may meet."""
    system.add_link("long", **LONG)
    system.add_link("gone", expires_at="1000")
    system.add_link("rules", rules='[{"when":{"os":["ios"]},"destination":"https://a.example/"}]')
    return [f"{edge_url(system)}/{path}" for path in ("", "nobody", "gone", "try+", "rules+",
                                                      "long+")]


@pytest.mark.parametrize("language", ["en", "de", "fi", "ja", "ko", "zh-TW", "ar", "he"])
def test_every_page_fits_a_phone_and_names_itself(phone, pages, language):
    speaks(phone, language)
    for page in pages:
        phone.open(page)
        assert phone.run("return document.documentElement.scrollWidth") <= 320, page
        assert phone.run("return document.title.trim()"), page
        assert phone.run("return document.querySelectorAll('main h1').length") == 1, page
        lang = phone.run("return document.documentElement.lang")
        assert language.startswith(lang) or (language, lang) == ("zh-TW", "zh-Hant")
        from_right = language in ("ar", "he")
        direction = "rtl" if from_right else "ltr"
        assert phone.run("return getComputedStyle(document.querySelector('main')).direction"
                         ) == direction


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(phone, pages, scheme):
    phone.devtools("Emulation.setEmulatedMedia",
                   features=[{"name": "prefers-color-scheme", "value": scheme}])
    for page in pages:
        phone.open(page)
        assert phone.run(LEAST_CONTRAST) >= 7, page
    ground = phone.run("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_an_address_runs_from_left_to_right_everywhere(phone, system):
    speaks(phone, "ar")
    phone.open(f"{edge_url(system)}/try+")
    assert phone.run("return getComputedStyle(document.querySelector('dd bdi')).direction") == "ltr"


def test_pages_show_their_icon(browser, system):
    shown = 'waymark_http_answers_total{outcome="page"}'
    before = system.edge.metric(shown)
    browser.open(f"{edge_url(system)}/nobody")
    wait_until(lambda: system.edge.metric(shown) > before, "the browser asked for /favicon.ico")


def test_who_looked_where_a_link_leads_goes_on_as_if_they_had_not(browser, system, site):
    system.add_link("shop", destination=f"{site.url}/welcome", campaign="camp_demo")
    browser.open(f"{edge_url(system)}/shop+?c=whatsapp&s=anna")
    assert "wm_ref" not in browser.cookies()
    browser.click("main a")
    assert browser.text("h1") == "Welcome"
    click = system.click(browser.url().partition("wm_click=")[2])
    assert (click["channel"], click["share"], click["counted"]) == ("whatsapp", "anna", True)
    assert click["ref"] is None, "our own page is nobody's referrer"


@pytest.mark.parametrize("path", ["/r/shop+?c=qr", "/r/shop+/?c=qr"])
def test_the_way_on_stays_below_the_path_of_a_proxy(browser, system, site, folder, path):
    system.add_link("shop", destination=f"{site.url}/welcome")
    front = free_port()
    text = BELOW_A_PATH.format(front=front, edge=system.edge.port)
    nginx = front_proxies.nginx(folder, text, front)
    try:
        browser.open(f"http://127.0.0.1:{front}{path}")
        browser.click("main a")
        assert browser.text("h1") == "Welcome"
    finally:
        nginx.kill()


def test_what_cannot_be_looked_up_can_be_tried_again(browser, system, site):
    system.add_link("shop", destination=f"{site.url}/welcome", campaign="camp_demo")
    system.redis.process.send_signal(signal.SIGSTOP)
    try:
        browser.open(f"{edge_url(system)}/shop?c=qr")
        assert browser.text("h1") == "Please try again shortly"
    finally:
        system.redis.process.send_signal(signal.SIGCONT)

    def try_again():
        if browser.url().startswith(site.url):
            return True
        browser.click("main a")
        return False

    wait_until(try_again, "the visitor arrives")
    assert system.click(browser.url().partition("wm_click=")[2])["channel"] == "qr"
