"""CPU per request, in rounds: every server takes its turn in each round, the figures are medians
over rounds, ratios are taken within a round."""

import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from statistics import median

import wrk
from processes import Cpu, RunError
from stream import trimmed


@dataclass
class Contestant:
    """One server with one kind of request."""

    name: str
    process: object
    port: int
    path: str
    headers: list
    script: tuple = ()
    stream: object = None  # where its clicks arrive; None: it records none
    redis: object = None  # RedisServer of that stream


@dataclass
class Sample:
    us: float  # CPU of all threads and children per request
    user_us: float
    per_second: float
    p50_ms: float
    p99_ms: float
    redis_us: float = 0.0  # per click written, Redis' idle share taken off
    tracker_us: float = 0.0  # per request
    written: float = 0.0  # clicks in the stream per request

    @property
    def sys_us(self):
        return self.us - self.user_us


def measure_idle(servers, seconds=2.0):
    """What the servers of Redis use of the CPU with nothing to do."""
    before = [server.process.cpu() for server in servers]
    time.sleep(seconds)
    for server, begin in zip(servers, before, strict=True):
        server.idle = (server.process.cpu() - begin).total / seconds


@dataclass
class Course:
    """What all rounds share."""

    loader_core: int
    connections: int
    seconds: float
    tracker: object = None
    warm_up_seconds: int = 0  # before each turn, not measured
    samples: dict = field(default_factory=dict)

    def run(self, contestant, seconds):
        stream, redis = contestant.stream, contestant.redis
        processes = (contestant.process, redis and redis.process, self.tracker)
        before = [process.cpu() if process else Cpu() for process in processes]
        sequence = stream.last_sequence() if stream else 0
        started = time.monotonic()
        with trimmed(stream) if stream else nullcontext():
            load = wrk.run(contestant.port, contestant.path, seconds, self.loader_core,
                           self.connections, contestant.headers, contestant.script)
        check(contestant, load)
        # Shipping belongs to the job: a server has finished when its last click has arrived.
        clicks = stream.settle() - sequence if stream else 0
        elapsed = time.monotonic() - started
        server, of_redis, tracker = (
            (process.cpu() if process else Cpu()) - begin
            for process, begin in zip(processes, before, strict=True))
        if stream:
            stream.release()
        per_request = 1e6 / load.requests
        redis_busy = max(0.0, of_redis.total - redis.idle * elapsed) if redis else 0.0
        return Sample(
            us=server.total * per_request, user_us=server.user * per_request,
            per_second=load.per_second, p50_ms=load.p50_ms, p99_ms=load.p99_ms,
            redis_us=redis_busy * 1e6 / clicks if clicks else 0.0,
            tracker_us=tracker.total * per_request, written=clicks / load.requests)

    def warm_up(self, contestant, requests, seconds_max):
        """For a server that compiles its code while it runs: until it has answered so many."""
        served, deadline = 0, time.monotonic() + seconds_max
        while served < requests and time.monotonic() < deadline:
            served += self.run(contestant, 1).per_second

    def round(self, contestants):
        for contestant in contestants:
            if self.warm_up_seconds:
                self.run(contestant, self.warm_up_seconds)
            self.samples.setdefault(contestant.name, []).append(self.run(contestant, self.seconds))


def check(contestant, load):
    """Wrong answers must not win. A twentieth of the mix is answered 4xx rightly."""
    if load.requests == 0:
        raise RunError(f"{contestant.name}: no answers at all")
    if load.socket_errors and not contestant.script:
        raise RunError(f"{contestant.name}: {load.socket_errors} socket errors")
    if load.other_status > load.requests * (0.1 if contestant.script else 0):
        raise RunError(f"{contestant.name}: {load.other_status} of {load.requests} answers were "
                       "no redirects")


def middle(samples, name):
    return median(getattr(sample, name) for sample in samples)


def ratios(samples, of, to):
    """Costs of one server over those of another, round by round."""
    return [a.us / b.us for a, b in zip(samples[of], samples[to], strict=True)]
