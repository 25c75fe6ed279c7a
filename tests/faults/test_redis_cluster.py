"""Redis Cluster: a master dies, slots move, shards come and go, all under load. Nothing is lost, and
redirects of cached links go on."""
import time

import pytest

from tests.support.invariants import assert_all_stored_once, assert_settled
from tests.support.load import Load
from tests.support.programs import wait_until
from tests.support.redis_cluster import RedisCluster

CLICKS = 300
CODES = [f"c{n}" for n in range(12)]


@pytest.fixture
def cluster(folder):
    made = RedisCluster(folder)
    yield made
    made.kill()


@pytest.fixture
def system(make_system, cluster):
    # A removed shard goes when it is empty: nothing needs to stay for those who only watch.
    running = make_system(redis=cluster, tracker_settings=["stream.keep=0s"]).start()
    for code in CODES:
        status, answer = running.tracker.api(
            "POST", "/v1/links", {"code": code, "destination": f"https://shop.example/{code}"})
        assert status == 201, answer
    for code in CODES:
        wait_until(lambda code=code: running.edge.get(f"/{code}").status == 302, f"{code} is known")
    return running


def targets():
    return [f"/{code}" for code in CODES]


def owners(cluster):
    return {cluster.master_of(f"wm:link:*/{code}").port for code in CODES}


def test_links_lie_on_every_master(system, cluster):
    assert len(owners(cluster)) == 3
    with Load([system.edge.port], targets()) as load:
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_changes_are_heard_of_from_every_master(system):
    for code in CODES:
        system.edge.warm(f"/{code}")
        links = system.tracker.api("GET", f"/v1/links?code={code}")[1]["data"]
        status, answer = system.tracker.api(
            "PATCH", f"/v1/links/{links[0]['id']}", {"destination": "https://shop.example/new"})
        assert status == 200, answer
        wait_until(lambda code=code: "/new" in system.edge.get(f"/{code}").headers["location"],
                   f"the change of {code} is heard of", 5)


@pytest.mark.parametrize("key", ["wm:clicks:{0}", "wm:stream", "wm:committed"])
def test_a_master_dies_under_load(system, cluster, key):
    for code in CODES:
        system.edge.warm(f"/{code}")
    with Load([system.edge.port], targets()) as load:
        load.run_until(CLICKS)
        victim = cluster.master_of(key)
        victim.kill()
        load.run_until(CLICKS)
        cluster.wait_master_of(key, victim)
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert load.broken == 0
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_a_replica_takes_over_that_lacks_the_last_entries(system, cluster):
    """Its clicks are neither on their way nor stored: the edge must send them again."""
    with Load([system.edge.port], targets()) as load:
        load.run_until(CLICKS)
        victim = cluster.master_of("wm:clicks:{0}")
        replica = next(node for node in cluster.nodes
                       if getattr(node, "replica_of", None) is victim)
        system.tracker.kill()
        replica.process.send_signal(19)  # SIGSTOP: from now on it hears of nothing
        load.run_until(CLICKS)
        wait_until(lambda: system.edge.metric("waymark_ship_clicks_total")
                   >= load.answered() - CLICKS, "clicks were shipped to the master")
        victim.kill()
        replica.process.send_signal(18)  # SIGCONT
        cluster.wait_master_of("wm:clicks:{0}", victim)
        load.run_until(CLICKS)
    system.tracker.start()
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_a_master_stands_still_under_load(system, cluster):
    """It takes connections and answers nothing; a replica takes its place, and it comes back."""
    for code in CODES:
        system.edge.warm(f"/{code}")
    with Load([system.edge.port], targets()) as load:
        load.run_until(CLICKS)
        victim = cluster.master_of("wm:clicks:{0}")
        others = [node for node in cluster.nodes if node is not victim]
        cluster.nodes = [*others, victim]  # whoever is asked first must answer
        victim.process.send_signal(19)  # SIGSTOP
        try:
            load.run_until(CLICKS)
            wait_until(lambda: cluster.port_of("wm:clicks:{0}") != victim.port, "a replica serves",
                       30)
            load.run_until(CLICKS)
        finally:
            victim.process.send_signal(18)  # SIGCONT
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_markers_never_stand_over_missing_links(system, cluster):
    """Masters lose what they hold while the tracker fills them: whenever all markers stand, all
    links are there."""
    lines = "\n".join(f'{{"code":"m{n}","destination":"https://shop.example/{n}"}}'
                      for n in range(300))
    file = system.folder / "links"
    file.write_text(lines)
    system.waymark_api("link", "import", file, "--format", "ndjson")
    markers = [key for node in cluster.masters() for key in node.command("KEYS", "wm:filled:*")]
    assert len(markers) == 64
    codes = [*CODES, *[f"m{n}" for n in range(300)]]

    def stand():
        values = {cluster.command("GET", key) for key in markers}
        return len(values) == 1 and str(values).count(":") == 2

    wait_until(stand, "the links are filled in")
    for turn in range(12):
        for node in cluster.masters()[:1 + turn % 3]:
            node.command("FLUSHALL")
            time.sleep(0.01 * turn)
        wait_until(stand, "the links are filled in again", 30)
        missing = [c for c in codes if not cluster.command("EXISTS", f"wm:link:*/{c}")]
        assert missing == []


def test_slots_move_under_load(system, cluster):
    keys = ["wm:clicks:{0}", "wm:stream", "wm:committed", "wm:edges",
            *[f"wm:link:*/{code}" for code in CODES]]
    with Load([system.edge.port], targets()) as load:
        load.run_until(CLICKS)
        target = cluster.add_node()
        cluster.wait_whole()
        for key in keys:
            source = cluster.master_of(key)
            if source is not target:
                cluster.move_slot(cluster.slot_of(key), source, target)
        load.run_until(CLICKS)
        for key in keys[:2]:  # and back, to another one
            cluster.move_slot(cluster.slot_of(key), target, cluster.nodes[1])
        load.run_until(CLICKS)
    assert load.statuses.keys() == {302}
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)
    system.edge.warm("/c0")  # every change is still heard of, now from the new master
    links = system.tracker.api("GET", "/v1/links?code=c0")[1]["data"]
    system.tracker.api("PATCH", f"/v1/links/{links[0]['id']}",
                       {"destination": "https://shop.example/new"})
    wait_until(lambda: "/new" in system.edge.get("/c0").headers["location"], "the change", 5)


def test_a_master_that_lost_its_links_is_filled_again(system, cluster):
    """Its nil is no answer until then; links of the other masters are not concerned."""
    host = "go.example"
    domain = cluster.master_of(f"wm:domain:{host}")  # every lookup of this host asks it
    victim = next(node for node in cluster.masters() if node is not domain)
    concerned = [c for c in CODES if victim in (cluster.master_of(f"wm:link:*/{c}"),
                                                cluster.master_of(f"wm:link:{host}/{c}"))]
    assert 0 < len(concerned) < len(CODES)
    system.tracker.kill()
    victim.command("FLUSHALL")
    system.edge.end(2)
    system.edge.command += ["--set", "cache.snapshot=0"]
    (system.edge.journal / "links.snapshot").unlink(missing_ok=True)
    system.edge.start()
    for code in CODES:
        expected = 503 if code in concerned else 302
        assert system.edge.get(f"/{code}").status == expected, code
    system.tracker.start()
    for code in concerned:
        wait_until(lambda code=code: system.edge.get(f"/{code}").status == 302, f"{code} is back")


def test_shards_come_and_go_under_load(system, cluster):
    redis = ("--redis", cluster.url)
    with Load([system.edge.port], targets()) as load:
        load.run_until(CLICKS)
        system.waymark("stream", "shard", "add", "3", *redis)
        shards = cluster.hgetall("wm:stream")
        assert len(shards) == 4
        assert len({cluster.master_of(f"wm:clicks:{{{tag}}}").port for tag in shards}) == 3
        load.run_until(CLICKS)
        # The origins are at the first one, and leave it only when it goes.
        system.waymark("stream", "shard", "remove", "0", *redis)
        load.run_until(CLICKS)
        wait_until(lambda: cluster.command("EXISTS", "wm:clicks:{0}") == 0,
                   "the removed shard is drained and gone", 60)
        load.run_until(CLICKS)
    assert "0" not in cluster.hgetall("wm:stream")
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)
    assert "0" not in system.waymark("stream", "shard", "list", "--json", *redis).split('"')


def test_links_that_redis_does_not_hold_are_fetched(make_system, folder):
    cluster = RedisCluster(folder, replicas=False)
    try:
        system = make_system(redis=cluster, edge_settings=["links.origin=tracker"],
                             tracker_settings=["links.origin=tracker"]).start()
        for code in CODES:
            system.tracker.api("POST", "/v1/links",
                               {"code": code, "destination": f"https://shop.example/{code}"})
        for node in cluster.nodes:
            node.command("FLUSHALL")
        time.sleep(1)
        for code in CODES:
            wait_until(lambda code=code: system.edge.get(f"/{code}").status == 302, code)
        wait_until(lambda: system.edge.get("/nothing").status == 404, "absence is known")
        assert len(owners(cluster)) == 3
    finally:
        cluster.kill()
