"""nginx with Lua and Redis, doing the whole job."""

from pathlib import Path

from peers.peer import KEPT, PEERS, PROCESS, Peer, fill_in, lacks
from processes import free_ports
from stream import PlainStream

MODULES = [("/usr/lib/nginx/modules/ngx_http_lua_module.so", "libnginx-mod-http-lua"),
           ("/usr/share/lua/5.1/nginx/redis.lua", "lua-nginx-redis")]


class NginxLua(Peer):
    def __init__(self, awaited, links_mib=64, held_seconds=60):
        name = "nginx+Lua awaited" if awaited else "nginx+Lua"
        super().__init__(name, "lookup, signed cookie, click", KEPT if awaited else PROCESS,
                         durable=awaited, holds_links=True)
        self.awaited, self.links_mib, self.held_seconds = awaited, links_mib, held_seconds

    def missing(self):
        lacking = lacks("nginx", "nginx")
        for file, package in MODULES:
            if not lacking and not Path(file).exists():
                lacking = f"{package} is not installed: deploy/install-packages loadtest"
        return lacking

    def start(self, yard, answer):
        self.redis = yard.durable_redis() if self.durable else yard.plain_redis()
        name = self.name.replace(" ", "-")
        folder = yard.folder(name)
        [self.port] = free_ports(1)
        config = folder / "nginx.conf"
        config.write_text(fill_in(
            PEERS / "nginx_lua" / "nginx.conf", dir=folder, scripts=PEERS / "nginx_lua",
            links_mib=self.links_mib, held_seconds=self.held_seconds,
            redis_port=self.redis.port, stream=name,
            awaited=str(self.awaited).lower(), key=yard.secret(), port=self.port),
            encoding="ascii")
        self.process = yard.start(name, ["nginx", "-c", config, "-e", folder / "nginx-error.log"],
                                  yard.server_core, self.port)
        self.stream = PlainStream(self.redis.client, name)
