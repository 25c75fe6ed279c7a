"""CPU per request, in rounds: every server takes its turn in each round, the figures are medians
over rounds, ratios are taken within a round."""

import time
from dataclasses import dataclass, field
from statistics import median

import wrk
from processes import Cpu, RunError


@dataclass
class Contestant:
    """One server with one kind of request."""

    name: str
    process: object
    port: int
    path: str
    headers: list
    script: tuple = ()
    is_edge: bool = False


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


@dataclass
class Course:
    """What all rounds share."""

    loader_core: int
    connections: int
    seconds: float
    stream: object = None
    redis: object = None
    tracker: object = None
    redis_idle: float = 0.0  # CPU seconds per second
    samples: dict = field(default_factory=dict)

    def measure_idle(self, seconds=2.0):
        before = self.redis.cpu()
        time.sleep(seconds)
        self.redis_idle = (self.redis.cpu() - before).total / seconds

    def run(self, contestant, seconds):
        course_cpu = [process.cpu() if process else Cpu()
                      for process in (contestant.process, self.redis, self.tracker)]
        sequence = self.stream.last_sequence() if contestant.is_edge else 0
        started = time.monotonic()
        load = wrk.run(contestant.port, contestant.path, seconds, self.loader_core,
                       self.connections, contestant.headers, contestant.script)
        check(contestant, load)
        # Shipping belongs to the job: the edge has finished when its last click has arrived.
        clicks = self.stream.settle() - sequence if contestant.is_edge else 0
        elapsed = time.monotonic() - started
        server, redis, tracker = (
            (process.cpu() if process else Cpu()) - before for process, before in
            zip((contestant.process, self.redis, self.tracker), course_cpu, strict=True))
        if contestant.is_edge:
            self.stream.release()
        per_request = 1e6 / load.requests
        redis_busy = max(0.0, redis.total - self.redis_idle * elapsed)
        return Sample(
            us=server.total * per_request, user_us=server.user * per_request,
            per_second=load.per_second, p50_ms=load.p50_ms, p99_ms=load.p99_ms,
            redis_us=redis_busy * 1e6 / clicks if clicks else 0.0,
            tracker_us=tracker.total * per_request, written=clicks / load.requests)

    def round(self, contestants):
        for contestant in contestants:
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
