"""What links cost each server's memory: every link is asked for once, so that whoever holds links
holds them all."""

import browser
from edge_answers import LINK_COMMANDS, ask_for_redirect, learn
from peers.ceilings import HaproxyMap
from peers.edge import Edge
from peers.fastify import Fastify
from peers.nginx_lua import NginxLua
from processes import RunError, cores
from visit_links import code_of, visit_links
from yard import Yard

VISITS_WITHOUT_LINKS = 10_000
HELD_SECONDS = 3_600  # nothing is forgotten during a run
AT_A_TIME = 10_000


def memory(programs, counts, progress):
    """MiB by server and number of links. A server that could not be filled has the reason."""
    figures = {}
    for count in counts:
        with Yard(cores()[0], cores()[-1]) as yard:
            for name, mib in at(yard, programs, count).items():
                figures.setdefault(name, {})[str(count)] = mib
        progress.done("memory", f"{count:,} links", count)
    return figures


def at(yard, programs, count):
    redis = yard.plain_redis()
    redis.client.pipeline(LINK_COMMANDS)
    for start in range(0, count, AT_A_TIME):
        redis.client.pipeline([link_command(number)
                               for number in range(start, min(start + AT_A_TIME, count))])
    figures = {"Redis": redis.process.memory_mib()}
    answer = None
    for peer in holders(programs, count):
        if peer.missing():
            continue
        peer.start(yard, answer)
        ask_for_redirect(peer.port, browser.request_bytes())
        if peer.is_edge:
            answer = learn(peer.port, ["new"])[0]["new"]
        try:
            visit_links(peer.port, VISITS_WITHOUT_LINKS, same=browser.CODE)
            if peer.stream:
                visit_links(peer.port, count)
                peer.stream.settle()
            figures[peer.name] = peer.process.memory_mib(shared=True)
        except RunError as error:
            figures[peer.name] = str(error)
        if peer.stream:
            peer.stream.release()
        peer.process.stop()
    return figures


def link_command(number):
    code = code_of(number)
    return ["HSET", f"wm:link:*/{code}", "destination", f"https://shop.example/welcome/{code}",
            "campaign", "camp_spring", "referrer", f"rfr_{number:07d}", "link", f"lnk_{number:07d}"]


def holders(programs, count):
    """The edge first: the others imitate its answer."""
    links = [(browser.CODE, "https://shop.example/welcome"),
             *((code_of(number), f"https://shop.example/welcome/{code_of(number)}")
               for number in range(count))]
    return [Edge(programs / "waymark-redirect", ["cache.bytes=4GiB", "cache.refresh=3600s"]),
            HaproxyMap(links), NginxLua(awaited=False, links_mib=2048, held_seconds=HELD_SECONDS),
            Fastify(awaited=False, links_max=max(10_000, 2 * count), held_seconds=HELD_SECONDS)]
