"""Who takes part: every peer that can run here, started, and why the others cannot."""

import browser
from cost import Contestant, measure_idle
from edge_answers import LINK_COMMANDS, ask_for_redirect, learn
from peers.all_peers import all_peers
from processes import RunError


class LineUp:
    def __init__(self, yard, programs):
        for server in (yard.plain_redis(), yard.durable_redis()):
            server.client.pipeline(LINK_COMMANDS)
        self.missing, self.peers = {}, []
        everybody = all_peers(programs, [])
        edge = everybody[-1]
        if reason := edge.missing():
            raise RunError(reason)
        edge.start(yard)
        answers, _ = learn(edge.port, ["new"])
        for peer in everybody:
            if reason := peer.missing():
                self.missing[peer.name] = reason
                continue
            if peer is not edge:
                peer.links = [(browser.CODE, dict(answers["new"])["Location"])]
                peer.start(yard, answers["new"])
                ask_for_redirect(peer.port, browser.request_bytes())
            self.peers.append(peer)
        measure_idle(list(yard.redis_servers.values()))

    def recorders(self):
        return [peer for peer in self.peers if peer.stream]

    def contestants(self):
        return [Contestant(peer.name, peer.process, peer.port, browser.PATH,
                           browser.request_headers(), stream=peer.stream, redis=peer.redis)
                for peer in self.peers]
