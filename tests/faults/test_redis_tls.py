"""TLS with a private authority to Redis Cluster and to Sentinels and their servers, while one that
matters dies under load: nothing is lost."""
import pytest

from tests.support.invariants import assert_all_stored_once, assert_settled
from tests.support.load import Load
from tests.support.programs import wait_until
from tests.support.redis_cluster import RedisCluster
from tests.support.redis_sentinel import SentinelSystem
from tests.support.secured_redis import Authority

CLICKS = 300
CODES = [f"c{n}" for n in range(6)]


@pytest.fixture
def authority(folder):
    return Authority(folder / "authority")


@pytest.fixture
def start(make_system, authority):
    def start_on(redis):
        settings = authority.client_settings()
        system = make_system(redis=redis, edge_settings=settings, tracker_settings=settings)
        system.redis_flags += authority.client_flags()
        system.start()
        for code in CODES:
            status, answer = system.tracker.api(
                "POST", "/v1/links", {"code": code, "destination": f"https://shop.example/{code}"})
            assert status == 201, answer
            wait_until(lambda: system.edge.get(f"/{code}").status == 302, f"{code} is known")
            system.edge.warm(f"/{code}")
        return system
    return start_on


@pytest.fixture
def cluster(folder, authority):
    made = RedisCluster(folder, authority=authority)
    yield made
    made.kill()


@pytest.fixture
def sentinels(folder, authority):
    made = SentinelSystem(folder, authority)
    yield made
    made.kill()


def targets():
    return [f"/{code}" for code in CODES]


def test_a_master_of_a_cluster_dies(start, cluster):
    system = start(cluster)
    with Load([system.edge.port], targets()) as load:
        load.run_until(CLICKS)
        victim = cluster.master_of("wm:clicks:{0}")
        victim.kill()
        cluster.wait_master_of("wm:clicks:{0}", victim)
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)
    assert_plain_ports_are_left_alone(cluster.nodes)


def test_slots_move_in_a_cluster(start, cluster):
    """The answers MOVED and ASK name the ports that speak TLS."""
    system = start(cluster)
    slot = cluster.slot_of("wm:clicks:{0}")
    source = cluster.master_of("wm:clicks:{0}")
    target = next(node for node in cluster.masters() if node is not source)
    with Load([system.edge.port], targets()) as load:
        load.run_until(CLICKS)
        cluster.move_slot(slot, source, target)
        load.run_until(CLICKS)
    assert cluster.master_of("wm:clicks:{0}") is target
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_the_master_of_the_sentinels_dies(start, sentinels):
    system = start(sentinels)
    with Load([system.edge.port], targets()) as load:
        sentinels.kill_master_under(load, CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)
    assert_plain_ports_are_left_alone(sentinels.servers)


def assert_plain_ports_are_left_alone(servers):
    for server in servers:
        if server.running():
            lines = server.command("CLIENT", "LIST").splitlines()
            assert not [line for line in lines
                        if "name=edge" in line and f"laddr=127.0.0.1:{server.port} " in line]
