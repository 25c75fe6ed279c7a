"""Bits that flip between Redis and the programs. Nothing on this way has a checksum of its own but
TCP and TLS, so a click may come out changed; but no program may fall over it, and the journal still
has what was answered."""
import pytest

from tests.support.invariants import assert_adds_up
from tests.support.load import Load
from tests.support.ordeal import CLICKS, Ordeal
from tests.support.programs import wait_until


@pytest.mark.parametrize("one_in, seed", [(300, 1), (5_000, 2)])
@pytest.mark.parametrize("name, direction", [("edge_way", "down"), ("tracker_way", "up")])
def test_garbled(proxied, name, direction, one_in, seed):
    way = getattr(proxied, name)
    with Load([proxied.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        way.do(f"garble {one_in} {seed} {direction}")
        load.run_until(2 * CLICKS)
        wait_until(lambda: way.counts()["garbled"] >= 3, "some bits have flipped")
        way.do("pass")
        way.do("cut")  # what was garbled may still be half understood
    proxied.with_link()  # as its owner would write it again
    assert proxied.edge.running() and proxied.tracker.running()
    assert_adds_up(proxied, load.tokens)
    wait_until(lambda: proxied.edge.get("/try").status == 302, "the link is known again")
    with Ordeal(proxied):
        pass
