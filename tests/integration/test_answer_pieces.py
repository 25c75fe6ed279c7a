"""Every case of what the edge answers, sent whole, by line and by byte, gives the same answer."""
import contextlib
import re

import pytest

from tests.support import rawhttp
from tests.support.rawhttp import BROWSER, by_byte, by_line
from tests.support.shared_system import CODE, system_of_rows

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture(scope="module")
def system():
    with system_of_rows() as running:
        yield running


ROWS = {
    "active": ("GET", f"/{CODE}?a=1&c=email", BROWSER),
    "head": ("HEAD", f"/{CODE}", BROWSER),
    "embed": ("GET", f"/{CODE}", dict(BROWSER, **{"Sec-Fetch-Dest": "image"})),
    "prefetch": ("GET", f"/{CODE}", dict(BROWSER, **{"Sec-Purpose": "prefetch"})),
    "preview": ("GET", "/card", {"User-Agent": "facebookexternalhit/1.1"}),
    "crawler": ("GET", f"/{CODE}", {"User-Agent": GOOGLEBOT}),
    "tool": ("GET", f"/{CODE}", {}),
    "unknown": ("GET", "/nobody", BROWSER),
    "unknown with a fallback": ("GET", "/nobody", dict(BROWSER, Host="fallback.example")),
    "not open": ("GET", "/paused", BROWSER),
    "not open with a fallback": ("GET", "/late", BROWSER),
    "no code": ("GET", "/a~b", BROWSER),
    "where it leads": ("GET", f"/{CODE}+", BROWSER),
    "svg": ("GET", f"/{CODE}.svg", BROWSER),
    "png": ("GET", f"/{CODE}.png", BROWSER),
    "robots": ("GET", "/robots.txt", BROWSER),
    "favicon": ("GET", "/favicon.ico", BROWSER),
    "root": ("GET", "/", BROWSER),
    "well known": ("GET", "/.well-known/security.txt", BROWSER),
    "other method": ("POST", f"/{CODE}", BROWSER),
    "no host": ("GET", f"/{CODE}", {"Host": None}),
    "content": ("GET", f"/{CODE}", {"Content-Length": "5"}),
    "too large": ("GET", f"/{CODE}", {"X": "a" * 9000}),
    "too long": ("GET", "/" + "a" * 9000, {}),
}


def bytes_of(method, target, headers):
    lines = [f"{method} {target} HTTP/1.1"]
    fields = {"Host": "go.example", **headers}
    lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def lasting(answer):
    """What stays the same when a request is repeated: all but dates, ids and cookies."""
    text = str((answer.status, sorted(answer.headers.items()), answer.body))
    text = text.replace(answer.headers.get("date", "\n"), "DATE")
    text = text.replace(answer.click_token() or "\n", "TOKEN")
    return re.sub(r"wm_ref=[^;']*", "wm_ref=COOKIE", text)


@pytest.mark.parametrize("row", ROWS)
def test_pieces_are_answered_like_the_whole(system, row):
    """Every row, sent whole, by line and by byte, gives the same answer."""
    method = ROWS[row][0]
    data = bytes_of(*ROWS[row])
    seen = []
    for pieces in ([data], by_line(data), by_byte(data)):
        with rawhttp.Connection(system.edge.socket) as connection:
            with contextlib.suppress(OSError):  # refused before it was complete
                connection.send_apart(pieces)
            seen.append(lasting(connection.read_answer(method)))
    assert seen[1] == seen[0] and seen[2] == seen[0]
