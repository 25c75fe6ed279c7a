"""A replica takes the master's place, behind the same address. What the master had acknowledged and
not yet handed on is gone."""
import signal

import pytest

from tests.support.invariants import assert_all_stored_once
from tests.support.load import Load
from tests.support.ordeal import CLICKS, Ordeal
from tests.support.programs import RedisServer, wait_until


@pytest.fixture
def replica(proxied):
    proxied.redis.command("CONFIG", "SET", "repl-diskless-sync-delay", "0")
    made = RedisServer(proxied.folder, "--replicaof", f"127.0.0.1 {proxied.redis.port}",
                       name="replica")
    proxied.more.append(made)
    wait_until(lambda: in_step(proxied.redis, made), "the replica has everything")
    return made


def in_step(master, replica):
    role = replica.command("ROLE")
    return role[0] == "slave" and role[3] == "connected" and \
        role[4] >= master.command("ROLE")[1] > 0


def all_sent(edge):
    return edge.metric("waymark_ship_clicks_total") >= \
        edge.metric("waymark_clicks_journalled_total")


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
    """Entries, acknowledgements and figures go back in time together: entries that were acknowledged
    are pending or unread again, others never arrived, and new ones may carry ids of lost ones."""
    with Ordeal(proxied) as load:
        if tracker == "was away":
            proxied.tracker.kill()  # no click of now is in the store
        replica.process.send_signal(signal.SIGSTOP)
        load.run_until(5 * CLICKS)
        proxied.redis.kill()  # before the replica can catch up
        replica.process.send_signal(signal.SIGCONT)
        promote(proxied, replica)
        if tracker == "was away":
            proxied.tracker.start()
        load.run_until(CLICKS)


def test_nothing_comes_after_the_failover(proxied, replica):
    """No later entry shows that earlier ones are missing; that the server is another one does."""
    proxied.tracker.kill()
    with Load([proxied.edge.port], ["/try"]) as load:
        load.run_until(CLICKS)
        wait_until(lambda: in_step(proxied.redis, replica), "the replica has some")
        replica.process.send_signal(signal.SIGSTOP)
        load.run_until(CLICKS)
    wait_until(lambda: all_sent(proxied.edge), "all is in the master's stream")
    proxied.redis.kill()
    replica.process.send_signal(signal.SIGCONT)
    promote(proxied, replica)
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
