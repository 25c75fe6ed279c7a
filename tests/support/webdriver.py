"""A headless Chromium, driven through chromedriver by the W3C WebDriver protocol."""
import json
import pathlib
import shutil
import tempfile
import urllib.error
import urllib.request

from tests.support.programs import Program, free_port, is_listening

# As people's browsers say: headless ones name themselves, and are crawlers to the edge.
USER_AGENT = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
              "Chrome/126.0.0.0 Safari/537.36")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", f"--user-agent={USER_AGENT}"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's name of a reference


class WebDriverError(Exception):
    """What the driver could not do, in its words."""


class Browser:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-browser-"))
        self.driver = Program("chromedriver", self.folder)
        self.port = free_port()
        self.session = None
        self.driver.launch(["chromedriver", f"--port={self.port}"])
        self.driver.wait_ready(lambda: is_listening(self.port))
        options = {"args": [*FLAGS, f"--user-data-dir={self.folder / 'profile'}"]}
        # A click does not wait for the page that it leads to: what is looked for may be under way.
        waits = {"implicit": 20_000}
        opened = self._call("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "timeouts": waits}}})
        self.session = opened["sessionId"]

    def quit(self):
        """Ends the browser, then its driver."""
        try:
            if self.session:
                self._call("DELETE", "")
        finally:
            self.driver.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def open(self, url):
        """Goes there and waits until the page, its pictures and its frames are loaded."""
        self._call("POST", "/url", {"url": url})

    def url(self):
        return self._call("GET", "/url")

    def click(self, selector):
        element = self._call("POST", "/element", {"using": "css selector", "value": selector})
        self._call("POST", f"/element/{element[ELEMENT]}/click", {})

    def text(self, selector):
        element = self._call("POST", "/element", {"using": "css selector", "value": selector})
        return self._call("GET", f"/element/{element[ELEMENT]}/text")

    def run(self, script, *arguments):
        """The value of a script's `return`; promises are awaited."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, command, **parameters):
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def cookies(self):
        """Every cookie that it holds, of any site, by name."""
        held = self.devtools("Network.getAllCookies")["cookies"]
        return {cookie["name"]: cookie for cookie in held}

    def forget(self):
        """As a new visitor: no cookies, nothing cached, no headers of a test, certificates
        checked."""
        self.open("about:blank")
        self.devtools("Network.enable")
        self.devtools("Network.clearBrowserCookies")
        self.devtools("Network.clearBrowserCache")
        self.devtools("Network.setExtraHTTPHeaders", headers={})
        self.devtools("Security.setIgnoreCertificateErrors", ignore=False)

    def _call(self, method, path, body=None):
        session = f"/{self.session}" if self.session else ""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/session{session}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise WebDriverError(f"{method} {path}: {value['error']}: {value['message']}") from None
