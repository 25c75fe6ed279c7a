"""Redis is there and refuses: read-only, without its replicas, loading, another password. Full
memory is in test_redis_losses.py."""
import time

from tests.support.ordeal import CLICKS, Ordeal
from tests.support.programs import free_port, wait_until


def test_read_only(system):
    """The master became somebody's replica (-READONLY)."""
    with Ordeal(system) as load:
        system.redis.command("REPLICAOF", "127.0.0.1", free_port())
        load.run_until(CLICKS)
        time.sleep(0.5)
        system.redis.command("REPLICAOF", "NO", "ONE")


def test_too_few_replicas(system):
    """Reading works, writing does not (-NOREPLICAS)."""
    with Ordeal(system) as load:
        system.redis.command("CONFIG", "SET", "min-replicas-to-write", "1")
        load.run_until(CLICKS)
        time.sleep(0.5)
        system.redis.command("CONFIG", "SET", "min-replicas-to-write", "0")


def test_loading(system):
    """A server that has started and reads its data, here for seconds (-LOADING)."""
    client = system.redis.client()
    client.pipeline([["SET", f"key{n}", "value" * 20] for n in range(1_500)])
    client.close()
    with Ordeal(system) as load:
        system.redis.kill()
        system.redis.start(more=["--key-load-delay", "1000",
                                 "--loading-process-events-interval-bytes", "1024"], wait=False)
        wait_until(lambda: system.redis.ping().startswith("LOADING"), "Redis is loading")
        while system.redis.ping() != "PONG":
            load.run_until(10)


def test_wrong_password(system):
    with Ordeal(system) as load:
        admin = system.redis.client()
        admin.command("CONFIG", "SET", "requirepass", "another")
        for kind in ("normal", "pubsub"):  # those that are there keep what they were granted
            admin.command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
        load.run_until(CLICKS)
        time.sleep(0.5)
        admin.command("CONFIG", "SET", "requirepass", "")
        admin.close()
    for program in (system.edge, system.tracker):
        assert "NOAUTH" in program.log_text(), "it says why"
