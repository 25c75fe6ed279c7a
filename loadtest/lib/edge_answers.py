"""What the edge answers to the one request of the main number, so that others can be given the same."""

import time

import browser
from http_once import ask, headers
from processes import RunError

LINK_COMMANDS = [
    ["HSET", f"wm:link:*/{browser.CODE}", "destination", "https://shop.example/welcome",
     "campaign", "camp_spring", "referrer", "rfr_anna", "link", "lnk_anna7"],
    ["HSET", "wm:campaign:camp_spring", "status", "live", "window_days", "60",
     "utm", "utm_source=referral&utm_medium=link"],
]
# The window must hold a round; the journal need not keep what has been committed. All visitors come
# from one address, which guesses more than one may.
EDGE_SETTINGS = ["ship.window=8GiB", "journal.keep=0", "journal.max_bytes=4GiB",
                 "lookup.unknown_address_rate=0"]


def learn(port, kinds):
    """Asks the edge once per kind of visitor: what it answers, and what is to be sent."""
    answers, requests, cookie = {}, {}, None
    for kind in ["new", "returning"]:
        fields = ask_for_redirect(port, browser.request_bytes(cookie))
        answers[kind], requests[kind] = fields, browser.request_headers(cookie)
        cookie = dict(fields)["Set-Cookie"].split(";")[0].removeprefix("wm_ref=")
    return {k: answers[k] for k in kinds}, {k: requests[k] for k in kinds}


def ask_for_redirect(port, request, seconds=10.0):
    """Header fields of the 302; a server may need a moment to reach Redis."""
    deadline = time.monotonic() + seconds
    while True:
        status, fields = headers(ask(port, request))
        if status == 302:
            return fields
        if time.monotonic() > deadline:
            raise RunError(f"port {port} answers {status} instead of 302")
        time.sleep(0.1)
