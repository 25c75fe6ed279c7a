"""Two hosts cut apart and joined again: visitors notice nothing, no click is lost or doubled."""
import time

import pytest

from tests.support.hosts import Cable, Host, why_not
from tests.support.invariants import assert_all_stored_once, click_id, stored_ids
from tests.support.load import Load
from tests.support.system import Edge

CLICKS = 300

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@pytest.fixture
def hosts():
    made = [Host("front", "10.213.7.1"), Host("rear", "10.213.7.2")]
    try:
        yield (*made, Cable(*made))
    finally:
        for host in made:
            host.remove()


def spread_out(make_system, hosts):
    """The edge in front; Redis, tracker and store in the rear."""
    front, rear, _ = hosts
    with rear.inside():
        system = make_system(redis_options=["--bind", "0.0.0.0", "--protected-mode", "no"])
        system.tracker.start()
        system.add_campaign("camp_demo", status="live", window_days="30")
        system.add_link("try", campaign="camp_demo", referrer="rfr_anna")
    system.edge = Edge(system.folder, f"redis://{rear.address}:{system.redis.port}", system.keys)
    with front.inside():
        system.edge.start()
        system.edge.warm("/try")
    return system


@pytest.mark.parametrize("cut, join", [("pull", "plug"), ("swallow", "pass_on")])
@pytest.mark.parametrize("seconds", [0.5, 8])
def test_edge_cut_off_from_everything_behind_it(make_system, hosts, cut, join, seconds):
    """For longer than deadlines and probes of the connection, too."""
    front, rear, cable = hosts
    system = spread_out(make_system, hosts)
    with front.inside(), Load([system.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        getattr(cable, cut)()
        time.sleep(seconds)
        before = load.answered()
        load.run_until(CLICKS)
        alone = {click_id(token) for token in load.tokens[before:]}
        assert not alone & set(stored_ids(system.tracker)), "the hosts were not cut apart"
        getattr(cable, join)()
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert load.broken == 0
    with rear.inside():
        assert_all_stored_once(system, load.tokens)
