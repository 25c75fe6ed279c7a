"""The peers that do less: bounds for what a redirect can cost."""

from peers.peer import CEILING, PEERS, Peer, fill_in, lacks
from processes import free_ports
from yard import OWN_FIELDS


class EpollLimit(Peer):
    def __init__(self, program):
        super().__init__("epoll limit", "fixed bytes, nothing parsed", CEILING)
        self.program = program

    def missing(self):
        return None if self.program.exists() else f"{self.program.name} is not built"

    def start(self, yard, answer):
        self.process, self.port = yard.start_limit(self.program, answer)


class NginxReturn(Peer):
    def __init__(self):
        super().__init__("nginx return", "fixed answer", CEILING)

    def missing(self):
        return lacks("nginx", "nginx")

    def start(self, yard, answer):
        self.process, [self.port] = yard.start_nginx([answer])


class HaproxyMap(Peer):
    """`links`: code to destination; a start reads them all into memory."""

    def __init__(self, links):
        super().__init__("HAProxy map", "lookup, fixed cookie", CEILING, holds_links=True)
        self.links = links

    def missing(self):
        return lacks("haproxy", "haproxy")

    def start(self, yard, answer):
        folder = yard.folder("haproxy")
        entries = folder / "links.map"
        with open(entries, "w", encoding="ascii") as file:
            file.writelines(f"/{code} {destination}\n" for code, destination in self.links)
        [self.port] = free_ports(1)
        fields = "\n".join(f'  http-after-response set-header {name} "{escaped(value)}"'
                           for name, value in answer if name.lower() not in OWN_FIELDS)
        config = folder / "haproxy.cfg"
        config.write_text(fill_in(PEERS / "haproxy.cfg", port=self.port, map=entries,
                                  fields=fields), encoding="ascii")
        self.process = yard.start("haproxy", ["haproxy", "-db", "-f", config], yard.server_core,
                                  self.port)


def escaped(value):
    return value.replace("%", "%%").replace('"', '\\"')
