"""Everybody whom a comparison knows, ceilings first."""

from peers.ceilings import EpollLimit, HaproxyMap, NginxReturn
from peers.edge import Edge
from peers.fastify import Fastify, FastifyBare
from peers.nginx_lua import NginxLua


def all_peers(programs, links):
    """`programs`: folder of the built programs; `links`: pairs of code and destination."""
    return [EpollLimit(programs / "epoll_limit"), NginxReturn(), HaproxyMap(links), FastifyBare(),
            NginxLua(awaited=False), Fastify(awaited=False),
            NginxLua(awaited=True), Fastify(awaited=True), Edge(programs / "waymark-redirect")]
