"""Two hosts cut apart and joined again: visitors notice nothing, no click is lost or doubled."""
import signal
import time

import pytest

from tests.support.hosts import Cable, Host, why_not
from tests.support.invariants import assert_all_stored_once, click_id, stored_ids
from tests.support.load import Load
from tests.support.postgres_server import PostgresServer
from tests.support.programs import wait_until
from tests.support.system import Edge, Tracker

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


def spread_out(make_system, hosts, **options):
    """The edge in front; Redis, tracker and store in the rear."""
    front, rear, _ = hosts
    with rear.inside():
        system = make_system(redis_options=["--bind", "0.0.0.0", "--protected-mode", "no"],
                             **options)
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


def consumers(system):
    rows = system.redis.command("XINFO", "CONSUMERS", "wm:clicks:{0}", "tracker")
    return sorted(dict(zip(row[::2], row[1::2]))["name"] for row in rows)


def readers(system, host):
    """Connections from that host, as Redis sees them, on which a tracker reads clicks."""
    rows = system.redis.command("CLIENT", "LIST").splitlines()
    return {row.split()[0] for row in rows
            if f" addr={host.address}:" in row and " name=tracker-read-" in row}


def test_tracker_cut_off_from_store_and_redis(make_system, hosts, folder):
    """One tracker on each host: the one that is cut off loses its lease and what it has read, and
    works again when it is back. What it asked for when it was cut off still arrives then: entries
    are handed out that nobody waits for any more."""
    front, rear, cable = hosts
    with rear.inside():
        postgres = PostgresServer(folder, rear.address)
    try:
        system = spread_out(make_system, hosts, postgres=postgres)
        far = Tracker(folder, f"redis://{rear.address}:{system.redis.port}", system.keys,
                      "http://127.0.0.1:1", name="far", postgres=postgres)
        system.more.append(far)
        with front.inside():
            far.start()
            with rear.inside():
                wait_until(lambda: len(consumers(system)) == 2, "both trackers read")
                before = readers(system, front)
            # It waits for entries: those that come while it stands still it can neither store nor
            # acknowledge when it goes on, and its next question is on its way for as long as the
            # hosts are apart.
            far.process.send_signal(signal.SIGSTOP)
            with Load([system.edge.port], ["/try"]) as load:
                load.run_until(CLICKS)
                cable.swallow()
                far.process.send_signal(signal.SIGCONT)
                with rear.inside():
                    wait_until(lambda: len(consumers(system)) == 1, "it is taken over", 40)
                load.run_until(CLICKS)
                cable.pass_on()
                with rear.inside():
                    wait_until(lambda: len(consumers(system)) == 2, "it works again", 90)
                    wait_until(lambda: not before & readers(system, front),
                               "its old connection has ended", 90)
                load.run_until(CLICKS)
        assert load.statuses.keys() == {302}
        with rear.inside():
            assert_all_stored_once(system, load.tokens)
    finally:
        postgres.end(signal.SIGQUIT)
