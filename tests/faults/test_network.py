"""What networks do between the edge and Redis and between the tracker and Redis, under load:
visitors of a known link notice nothing, every click is stored once, and both programs go on."""
import time

import pytest

from tests.support.ordeal import CLICKS, Ordeal


@pytest.fixture(params=["edge", "tracker"])
def way(request, proxied):
    return getattr(proxied, f"{request.param}_way")


def test_slow(proxied, way):
    with Ordeal(proxied) as load:
        way.do("delay 100")
        load.run_until(CLICKS)
        time.sleep(1)
        way.do("pass")


def test_narrow(proxied, way):
    with Ordeal(proxied) as load:
        way.do("limit 20000")
        load.run_until(CLICKS)
        time.sleep(1)
        way.do("pass")


@pytest.mark.parametrize("direction", ["up", "down"])
def test_stalled(proxied, way, direction):
    """Nobody closes anything, nothing arrives. Stalled down, commands are done and not answered."""
    with Ordeal(proxied) as load:
        way.do(f"stall {direction}")
        load.run_until(5 * CLICKS)
        time.sleep(2)
        way.do("cut")  # as a network would forget the connections in the end
        way.do("pass")


def test_cut_again_and_again(proxied, way):
    with Ordeal(proxied) as load:
        for _ in range(15):
            way.do("cut")
            load.run_until(20)
            time.sleep(0.05)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_cut_in_the_middle_of_a_message(proxied, way, direction):
    with Ordeal(proxied) as load:
        for size in (1, 5, 40, 200, 450, 900, 1_700, 5_000):
            way.do(f"cut-after {size} {direction}")
            load.run_until(40)
            time.sleep(0.05)
        way.do("pass")


@pytest.mark.parametrize("direction", ["up", "down"])
def test_half_closed(proxied, way, direction):
    with Ordeal(proxied) as load:
        for _ in range(5):
            way.do(f"half-close {direction}")
            load.run_until(40)
            time.sleep(0.1)


def test_refused(proxied, way):
    with Ordeal(proxied) as load:
        way.do("refuse")
        way.do("cut")
        load.run_until(CLICKS)
        time.sleep(1)
        way.do("pass")


def test_parted_from_redis_both(proxied):
    """Redis runs and nobody reaches it; then one after the other finds it again."""
    with Ordeal(proxied) as load:
        for each in proxied.ways:
            each.do("refuse")
            each.do("cut")
        load.run_until(CLICKS)
        for each in proxied.ways:
            each.do("pass")
            load.run_until(CLICKS)
