"""Without a fault nothing is done twice: figures and `through` are published so that none of them
claims less than the other (rule 11), and edges have no reason to send again."""
from tests.support.invariants import assert_settled
from tests.support.ordeal import CLICKS, Ordeal


def test_nothing_is_sent_twice(system):
    with Ordeal(system) as load:
        load.run_until(20 * CLICKS)
    assert_settled(system)
    assert system.edge.metric("waymark_ship_again_clicks_total") == 0
    status, seen = system.tracker.api("GET", "/v1/status")
    assert status == 200 and seen["clicks"]["duplicate"] == 0
    assert seen["clicks"]["stored"] == system.edge.metric("waymark_clicks_journalled_total")
