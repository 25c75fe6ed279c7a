"""The parts of a comparison. Each returns figures by name of the server."""

import signal
import time
from dataclasses import dataclass
from statistics import median

from cost import Course, middle, ratios
from loader import Served, believed, fixed_rate, refusals
from processes import RunError

FIXED_RATES = (2_000, 10_000)
SHARE_OF_SATURATION = 0.6
STALL_RATE, STALL_SECONDS = 2_000, 2
LINK_COUNTS = (0, 100_000, 1_000_000)
LIMIT, NGINX, EDGE = "epoll limit", "nginx return", "Waymark"
# Until the optimizing compiler of a peer is through.
COMPILED_REQUESTS, COMPILED_SECONDS_MAX = 30_000, 20
LATENCIES = ("p50_ms", "p99_ms", "p999_ms", "max_ms")


def cost(yard, line_up, seconds, rounds, warm_up, progress, connections=64):
    """CPU and saturation: wrk, closed loop, all in turn in every round."""
    course = Course(yard.loader_core, connections, seconds, warm_up_seconds=warm_up)
    contestants = line_up.contestants()
    for peer, contestant in zip(line_up.peers, contestants, strict=True):
        if warm_up and peer.compiles:
            course.warm_up(contestant, COMPILED_REQUESTS, COMPILED_SECONDS_MAX)
    for number in range(rounds):
        course.round(turned(contestants, number))
        progress.done("cost", f"round {number + 1} of {rounds}")
    figures = {}
    for name, samples in course.samples.items():
        figures[name] = {key: middle(samples, key) for key in ("us", "per_second", "redis_us",
                                                               "written")}
        figures[name]["us_range"] = [min(s.us for s in samples), max(s.us for s in samples)]
        if NGINX in course.samples:
            of_nginx = ratios(course.samples, name, NGINX)
            figures[name]["of_nginx"] = [median(of_nginx), min(of_nginx), max(of_nginx)]
    return figures


def turned(contestants, number):
    """Nobody always follows the same one."""
    start = number % len(contestants)
    return contestants[start:] + contestants[:start]


def latency(yard, line_up, loader, saturation, seconds, rounds, progress):
    """Times at fixed rates; a server that saturates below a rate is not asked for it."""
    rates = [*FIXED_RATES, int(SHARE_OF_SATURATION * saturation[EDGE]["per_second"])]
    figures = {}
    for rate in rates:
        turns = {}
        for number in range(rounds):
            for peer in turned(line_up.peers, number):
                if saturation[peer.name]["per_second"] > rate:
                    turns.setdefault(peer.name, []).append(
                        fixed_rate(loader, peer.port, rate, seconds, yard.loader_core))
                    forget(peer)
            progress.done("latency", f"{rate:,}/s, round {number + 1} of {rounds}")
        figures[rate] = {
            name: {key: median(getattr(turn, key) for turn in believed(served))
                   for key in LATENCIES} |
                  {"kept_up": all(turn.kept_up() for turn in believed(served))} | refusals(served)
            for name, served in turns.items()}
    return figures


def stall(yard, line_up, loader, seconds, rounds, progress):
    """Redis stands still for two seconds in the middle; a quiet turn of the same length before."""
    turns = {peer.name: [] for peer in line_up.recorders()}
    for number in range(rounds):
        for peer in turned(line_up.recorders(), number):
            turns[peer.name].append(stall_once(yard, peer, loader, seconds))
        progress.done("stall", f"round {number + 1} of {rounds}")
    return {name: {"quiet_p99_ms": median(turn.quiet.p99_ms for turn in believed(each)),
                   "p99_ms": median(turn.served.p99_ms for turn in believed(each)),
                   "max_ms": max(turn.served.max_ms for turn in believed(each)),
                   "errors": sum(turn.served.errors for turn in each),
                   "unanswered": sum(turn.served.unanswered for turn in each),
                   "lost": sum(turn.lost for turn in each)} | refusals(each)
            for name, each in turns.items()}


@dataclass
class Stalled:
    """A quiet turn, and one in which Redis stood still."""

    quiet: Served
    served: Served
    lost: int

    @property
    def refused(self):
        return self.quiet.refused or self.served.refused


def stall_once(yard, peer, loader, seconds):
    quiet = fixed_rate(loader, peer.port, STALL_RATE, seconds, yard.loader_core)
    forget(peer)
    file = yard.dir / "click-ids"
    served = fixed_rate(loader, peer.port, STALL_RATE, seconds, yard.loader_core,
                        lambda: stand_still(peer.redis, seconds), click_ids=file)
    answered = file.read_text(encoding="ascii").split()
    if len(answered) != served.answers:
        raise RunError(f"{len(answered)} of {served.answers} answers carried the id of a click")
    peer.stream.settle()
    lost = len(set(answered) - peer.stream.click_ids())
    lost += len(answered) - len(set(answered))  # two visitors with one id have one click
    peer.stream.release()
    return Stalled(quiet, served, lost)


def forget(peer):
    if peer.stream:
        peer.stream.settle()
        peer.stream.release()


def stand_still(server, seconds):
    time.sleep((seconds - STALL_SECONDS) / 2)
    server.process.popen.send_signal(signal.SIGSTOP)
    try:
        time.sleep(STALL_SECONDS)
    finally:
        server.process.popen.send_signal(signal.SIGCONT)
