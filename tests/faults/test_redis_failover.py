"""A replica takes the master's place, behind the same address. What the master had acknowledged and
not yet handed on is gone."""
import pytest

from tests.support.fault_proxy import FaultProxy

from tests.support.invariants import assert_all_stored_once
from tests.support.load import Load
from tests.support.ordeal import CLICKS, Ordeal
from tests.support.programs import RedisServer, wait_until


@pytest.fixture
def replica(proxied):
    proxied.redis.command("CONFIG", "SET", "repl-diskless-sync-delay", "0")
    way = FaultProxy(proxied.redis.port)
    made = RedisServer(proxied.folder, "--replicaof", f"127.0.0.1 {way.port}", name="replica")
    made.way = way  # on which it hears of the master's writes
    proxied.more += [made, way]
    wait_until(lambda: in_step(proxied.redis, made), "the replica has everything")
    return made


def in_step(master, replica):
    role = replica.command("ROLE")
    return role[0] == "slave" and role[3] == "connected" and \
        role[4] >= master.command("ROLE")[1] > 0


def all_sent(edge):
    return edge.metric("waymark_ship_clicks_total") >= \
        edge.metric("waymark_clicks_journalled_total")


def newest(server):
    """The newest click's entry, acknowledged or not."""
    stream = server.command("XINFO", "STREAM", "wm:clicks:{0}")
    return dict(zip(stream[::2], stream[1::2]))["last-generated-id"]


def promote_without_the_tail(system, replica):
    """What was written since the replica's way was stalled is gone."""
    assert newest(replica) < newest(system.redis), "there is something to be lost"
    system.redis.kill()
    replica.way.do("cut")
    promote(system, replica)


def promote(system, replica):
    system.redis.kill()
    replica.command("REPLICAOF", "NO", "ONE")
    for way in system.ways:
        way.lead_to(replica.port)


def test_replica_takes_over(proxied, replica):
    with Ordeal(proxied) as load:
        promote(proxied, replica)
        load.run_until(CLICKS)


@pytest.mark.parametrize("tracker", ["runs", "was away"])
def test_replica_that_lacks_the_last_writes_takes_over(proxied, replica, tracker):
    """Entries, acknowledgements and figures go back in time together: entries that were
    acknowledged are pending or unread again, others never arrived, and new ones may carry ids of
    lost ones."""
    with Ordeal(proxied) as load:
        if tracker == "was away":
            proxied.tracker.kill()  # no click of now is in the store
        replica.way.do("stall")
        load.run_until(5 * CLICKS)
        promote_without_the_tail(proxied, replica)
        if tracker == "was away":
            proxied.tracker.start()
        load.run_until(CLICKS)


def test_nothing_comes_after_the_failover(proxied, replica):
    """No later entry shows that earlier ones are missing; that the server is another one does."""
    proxied.tracker.kill()
    with Load([proxied.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        wait_until(lambda: in_step(proxied.redis, replica), "the replica has some")
        replica.way.do("stall")
        load.run_until(CLICKS)
    wait_until(lambda: all_sent(proxied.edge), "all is in the master's stream")
    promote_without_the_tail(proxied, replica)
    proxied.tracker.start()
    assert_all_stored_once(proxied, load.tokens)


def test_fails_over_and_back(proxied, replica):
    """The old master comes back with what the new one never had."""
    with Ordeal(proxied) as load:
        promote(proxied, replica)
        load.run_until(CLICKS)
        proxied.redis.start()
        replica.kill()
        for way in proxied.ways:
            way.lead_to(proxied.redis.port)
        load.run_until(CLICKS)
