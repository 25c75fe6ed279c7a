"""A real Redis Cluster on loopback: three masters, each with a replica."""
import re

from tests.support.programs import RedisServer, free_port, wait_until
from tests.support.resp import Hashes, Redis, RedisError

SLOTS = 16_384


class ClusterNode(RedisServer):
    def __init__(self, folder, name, authority=None):
        self.bus_port = free_port()
        # Among each other, and in CLUSTER MEET, nodes know the one port of their kind of Cluster.
        self.known_port = None
        options = []
        if authority is not None:
            self.known_port = free_port()
            options = [*authority.server_options(self.known_port, name), "--tls-cluster", "yes",
                       "--tls-replication", "yes"]
        super().__init__(
            folder, "--cluster-enabled", "yes", "--cluster-port", self.bus_port,
            "--cluster-node-timeout", "1500", "--cluster-require-full-coverage", "no",
            "--cluster-allow-replica-migration", "no", "--repl-diskless-sync-delay", "0",
            *options, name=name)
        self.known_port = self.known_port or self.port
        self.id = self.command("CLUSTER", "MYID")


class RedisCluster(Hashes):
    """Answers like a RedisServer where a test asks for a key, whichever node holds it."""

    def __init__(self, folder, masters=3, replicas=True, authority=None):
        """With an authority they speak TLS among each other and to whoever follows `url`; the test
        itself uses their plain ports."""
        self.folder = folder
        self.authority = authority
        self.nodes = []
        try:
            self._make(masters, replicas)
        except BaseException:
            self.kill()
            raise
        scheme = "redis" if authority is None else "rediss"
        some = ",".join(f"127.0.0.1:{node.known_port}" for node in self.nodes[:2])
        self.url = f"{scheme}://{some}"

    def _make(self, masters, replicas):
        bounds = [SLOTS * n // masters for n in range(masters + 1)]
        for number in range(masters):
            node = self.add_node()
            node.command("CLUSTER", "ADDSLOTS", *range(bounds[number], bounds[number + 1]))
        if replicas:
            for master in self.nodes[:masters]:
                self.add_node().replica_of = master
        self.wait_whole()
        for node in self.nodes[masters:]:
            node.command("CLUSTER", "REPLICATE", node.replica_of.id)
        if replicas:
            wait_until(self.in_step, "replicas are in step", 60)

    def add_node(self):
        """Joins an empty master; it takes part once wait_whole() has returned."""
        node = ClusterNode(self.folder, f"redis-{len(self.nodes)}", self.authority)
        node.command("CLUSTER", "SET-CONFIG-EPOCH", len(self.nodes) + 1)
        if self.nodes:
            self.nodes[0].command("CLUSTER", "MEET", "127.0.0.1", node.known_port,
                                  node.bus_port)
        self.nodes.append(node)
        if len(self.nodes) > 1:
            self._wait_known()
        return node

    def _wait_known(self):
        def known():
            return all(f"cluster_known_nodes:{len(self.nodes)}" in node.command("CLUSTER", "INFO")
                       for node in self.nodes if node.running())
        wait_until(known, "every node knows every other", 60)

    def wait_whole(self):
        def whole():
            return all("cluster_state:ok" in info and f"cluster_slots_ok:{SLOTS}" in info
                       for info in (node.command("CLUSTER", "INFO") for node in self.nodes
                                    if node.running()))
        wait_until(whole, "the Cluster is whole", 60)

    def in_step(self):
        """Every master that runs has a replica that has all of its data."""
        for master in self.masters():
            info = master.command("INFO", "replication")
            offset = int(re.search(r"master_repl_offset:(\d+)", info)[1])
            replica = re.search(r"state=online,offset=(\d+)", info)
            if replica is None or int(replica[1]) < offset:
                return False
        return True

    def masters(self):
        return [node for node in self.nodes
                if node.running() and node.command("ROLE")[0] == "master"]

    def slot_of(self, key):
        return self._any().command("CLUSTER", "KEYSLOT", key)

    def master_of(self, key):
        """The node that serves the key's slot; None while none does."""
        port = self.port_of(key)
        return next((node for node in self.nodes if node.port == port and node.running()), None)

    def port_of(self, key):
        """Port of the node that serves the key's slot, whether it runs or not."""
        slot = self.slot_of(key)
        for first, last, master, *_ in self._any().command("CLUSTER", "SLOTS"):
            if first <= slot <= last:
                return master[1]
        return None

    def wait_master_of(self, key, other_than):
        def found():
            master = self.master_of(key)
            return master if master is not None and master is not other_than else None
        return wait_until(found, f"a replica serves {key}", 30)

    def move_slot(self, slot, source, target):
        """As redis-cli --cluster reshard does it."""
        target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
        source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)
        while True:
            keys = source.command("CLUSTER", "GETKEYSINSLOT", slot, 100)
            if not keys:
                break
            source.command("MIGRATE", "127.0.0.1", target.known_port, "", 0, 5000, "KEYS",
                           *keys)
        for node in (target, source, *self.masters()):
            node.command("CLUSTER", "SETSLOT", slot, "NODE", target.id)

    def command(self, *words):
        """Follows redirections, as long as it takes for a master to be there."""
        return wait_until(lambda: self._try(words), f"the Cluster answers {words[:2]}", 30)[0]

    def _try(self, words):
        port = self._any().port
        for _ in range(5):
            client = None
            try:
                client = Redis(port)
                return (client.command(*words),)
            except RedisError as error:
                moved = re.match(r"(MOVED|ASK) \d+ [^:]*:(\d+)", str(error))
                if moved is None:
                    if str(error).startswith(("CLUSTERDOWN", "LOADING", "TRYAGAIN")):
                        return None
                    raise
                port = int(moved[2])
            except OSError:
                return None
            finally:
                if client is not None:
                    client.close()
        return None

    def _any(self):
        return next(node for node in self.nodes if node.running())

    def kill(self):
        for node in self.nodes:
            node.kill()
