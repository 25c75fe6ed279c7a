"""One running system for all tests of a file: tables of cases that do not disturb each other."""
import contextlib
import pathlib
import shutil
import tempfile

from tests.support.programs import wait_until
from tests.support.rawhttp import BROWSER, get
from tests.support.system import System

SHOP = "https://shop.example/welcome"
LATE = "https://shop.example/late"
PAST = 1_000_000_000
CODE = "row"


@contextlib.contextmanager
def running_system(**options):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-test-"))
    system = System(folder, **options)
    try:
        yield system.start()
    finally:
        system.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def system_of_rows():
    """With a link for each kind of answer in the design's table."""
    with running_system(edge_settings=["links.base_url=https://go.example"],
                        socket=True) as running:
        running.add_campaign("camp_rows", status="live", window_days="30")
        running.add_link(CODE, destination=SHOP, campaign="camp_rows")
        running.add_link("card", destination=SHOP, title="Anna's gift")
        running.add_link("paused", destination=SHOP, status="paused")
        running.add_link("late", destination=SHOP, expires_at=PAST, expired_url=LATE)
        running.redis.hset("wm:domain:fallback.example",
                           fallback_url="https://shop.example/oops")
        yield running


def ask(system, target, method="GET", headers=None, **more):
    """Asks as a browser does; `more` are further fields: Sec_GPC="1"."""
    fields = dict(BROWSER if headers is None else headers,
                  **{name.replace("_", "-"): value for name, value in more.items()})
    return get(system.edge.port, target, fields, method)


def clicks_of(system, code, count=1):
    """The stored rows of a code, oldest first; waits for `count` of them."""
    def look():
        rows = system.tracker.rows("SELECT * FROM clicks WHERE code = ? ORDER BY id", code)
        return rows if len(rows) >= count else None
    return wait_until(look, f"{count} clicks of {code} are in the store")


def link(system, code, destination=SHOP, **fields):
    """Makes a link; returns its path."""
    system.add_link(code, destination=destination, **fields)
    return f"/{code}"


def landing(answer):
    """Location of a redirect, the token replaced."""
    assert answer.status in (301, 302, 303, 307, 308), answer
    return answer.headers["location"].replace(f"wm_click={answer.click_token()}", "TOKEN")
