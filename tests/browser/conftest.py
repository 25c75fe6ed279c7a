"""One browser for all tests; each starts as a new visitor."""
import http.server
import threading

import pytest

from tests.support.webdriver import Browser


@pytest.fixture(scope="session")
def one_browser():
    browser = Browser()
    yield browser
    browser.quit()


@pytest.fixture
def browser(one_browser):
    one_browser.forget()
    return one_browser


class Site:
    """A web site on `localhost`: to a browser another one than the edge on 127.0.0.1."""

    def __init__(self):
        self.pages = {"/welcome": "<title>Shop</title><h1>Welcome</h1>"}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                page = site.pages.get(self.path.partition("?")[0])
                body = (page or "").encode()
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site():
    """The merchant's site, and where others embed our links."""
    made = Site()
    yield made
    made.close()
