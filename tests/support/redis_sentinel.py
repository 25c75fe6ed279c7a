"""A master, a replica and three Sentinels on loopback."""
from tests.support.programs import Program, RedisServer, free_port, wait_until
from tests.support.resp import Hashes, Redis, RedisError

NAME = "waymark"


class Sentinel(Program):
    def __init__(self, folder, number, master_port, authority=None):
        super().__init__(f"sentinel-{number}", folder)
        self.port = self.known_port = free_port()
        options = []
        if authority is not None:
            self.known_port = free_port()
            options = [*authority.server_options(self.known_port, self.name), "--tls-replication",
                       "yes"]
        self.file = folder / f"sentinel-{number}.conf"
        self.file.write_text(f"""port {self.port}
bind 127.0.0.1
dir {folder}
sentinel monitor {NAME} 127.0.0.1 {master_port} 2
sentinel down-after-milliseconds {NAME} 1000
sentinel failover-timeout {NAME} 6000
""")
        self.launch(["redis-server", self.file, "--sentinel", *options])
        self.wait_ready(lambda: self.command("PING") == "PONG")

    def command(self, *words):
        client = None
        try:
            client = Redis(self.port)
            return client.command(*words)
        except OSError:
            return None
        finally:
            if client is not None:
                client.close()


class SentinelSystem(Hashes):
    """Answers like the RedisServer that is the master."""

    def __init__(self, folder, authority=None):
        """With an authority all speak TLS; the test itself uses their plain ports."""
        self.servers = []
        self.servers.append(self._server(folder, authority))
        self.servers.append(self._server(folder, authority, "--replicaof", "127.0.0.1",
                                         self.servers[0].known_port,
                                         "--repl-diskless-sync-delay", "0"))
        wait_until(lambda: "state=online" in self.servers[0].command("INFO", "replication"),
                   "the replica is in step", 30)
        self.sentinels = [Sentinel(folder, n, self.servers[0].known_port, authority)
                          for n in range(3)]
        wait_until(lambda: all(self._knows_all(s) for s in self.sentinels),
                   "the Sentinels know each other and the replica", 30)
        scheme = "redis" if authority is None else "rediss"
        hosts = ",".join(f"127.0.0.1:{s.known_port}" for s in self.sentinels)
        self.url = f"{scheme}+sentinel://{hosts}/{NAME}"

    def _server(self, folder, authority, *options):
        name = f"redis-{len(self.servers)}"
        if authority is None:
            server = RedisServer(folder, *options, name=name)
            server.known_port = server.port
            return server
        known_port = free_port()
        server = RedisServer(folder, *authority.server_options(known_port, name),
                             "--tls-replication", "yes", *options, name=name)
        server.known_port = known_port
        return server

    @staticmethod
    def _knows_all(sentinel):
        flat = sentinel.command("SENTINEL", "MASTER", NAME)
        master = dict(zip(flat[::2], flat[1::2]))
        return master["num-other-sentinels"] == "2" and master["num-slaves"] == "1"

    def master(self):
        """The server that the Sentinels name."""
        named = self.sentinels[0].command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
        return next(s for s in self.servers if named is not None and s.known_port == int(named[1]))

    def wait_other_master(self, than):
        wait_until(lambda: self.master() is not than, "the Sentinels name another master", 60)

    def kill_master_under(self, load, clicks):
        """So many clicks are answered before, meanwhile and behind another master; returns the
        victim."""
        load.run_until(clicks)
        victim = self.master()
        victim.kill()
        load.run_until(clicks)
        self.wait_other_master(victim)
        load.run_until(clicks)
        return victim

    def command(self, *words):
        def tried():
            try:
                return (self.master().command(*words),)
            except OSError:
                return None
            except RedisError as error:
                if str(error).startswith(("READONLY", "LOADING")):
                    return None
                raise
        return wait_until(tried, "the master answers", 30)[0]

    def kill(self):
        for program in [*self.sentinels, *self.servers]:
            program.kill()
