"""The merchant's pages of deploy/examples, as they ship."""
import os
import re
import subprocess

from tests.support import rawhttp
from tests.support.programs import ROOT, Program, free_port, is_listening

EXAMPLES = ROOT / "deploy/examples"


class Shop(Program):
    """One of the two pages, and a visitor of it: `cookies` is what a browser would keep, `headers`
    what it would send beside."""

    def __init__(self, language, system):
        super().__init__(f"shop-{language}", system.folder)
        self.language = language
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.environment = {"WAYMARK_API": f"http://127.0.0.1:{system.tracker.port}",
                            "WAYMARK_API_KEY_FILE": str(system.tracker.key_file),
                            "PORT": str(self.port), "TRIAL": "1"}
        self.cookies = {}
        self.headers = {}
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
        headers = {"Host": f"127.0.0.1:{self.port}", "Connection": "close", **self.headers}
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

    def sign_up(self, token, email="a%40example.org"):
        """`email` is form-encoded."""
        page = self.ask("POST", "/signup", f"email={email}&wm_click={token}".encode())
        return re.search(r'<p id="thanks">(.*?)</p>', page)[1]
