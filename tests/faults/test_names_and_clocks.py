"""What the machine gives everybody: names of hosts, and the time of day."""
import os
import pathlib
import time

import pytest

from tests.support.ordeal import CLICKS, Ordeal
from tests.support.programs import wait_until


def library(pattern):
    """A shared library of Debian to be loaded before the C library."""
    found = sorted(pathlib.Path("/usr/lib").glob(pattern))
    if not found:
        pytest.skip(f"no /usr/lib/{pattern} here (deploy/install-packages test)")
    return str(found[0])


def test_name_of_redis_gone(make_system, folder):
    """The name server forgets the name, and connections end; later it is known again."""
    hosts = folder / "hosts"
    call_it("redis.example", hosts, age=60)
    system = make_system()
    for program in (system.edge, system.tracker):
        program.environment = {"LD_PRELOAD": library("*/libnss_wrapper.so"),
                               "NSS_WRAPPER_HOSTS": str(hosts)}
        program.command[program.command.index("--redis") + 1] = \
            f"redis://redis.example:{system.redis.port}"
    system.start().with_link()
    with Ordeal(system) as load:
        call_it("other.example", hosts, age=30)
        system.redis.kill()
        system.redis.start()
        load.run_until(CLICKS)
        wait_until(lambda: "Host not found" in system.edge.log_text(), "the edge says why")
        wait_until(lambda: "Host not found" in system.tracker.log_text(), "the tracker, too")
        call_it("redis.example", hosts, age=0)


def call_it(name, hosts, age):
    """The file is read again when its time in whole seconds has changed."""
    fresh = hosts.with_suffix(".new")
    fresh.write_text(f"127.0.0.1 {name}\n")
    os.utime(fresh, (time.time() - age,) * 2)
    fresh.replace(hosts)


@pytest.mark.parametrize("who", ["edge", "tracker"])
def test_clock_steps_back_an_hour(make_system, folder, who):
    """Click ids, entry ids and times go back; numbers of origins do not."""
    clock = folder / "clock"
    clock.write_text("+0\n")
    system = make_system()
    program = getattr(system, who)
    program.environment = {"LD_PRELOAD": library("*/faketime/libfaketimeMT.so.1"),
                           "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
                           "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    system.start().with_link()
    with Ordeal(system) as load:
        step(clock, -3_600)
        load.run_until(CLICKS)
        time.sleep(1.5)  # figures and reports of an hour ago
        step(clock, 0)
        load.run_until(CLICKS)
        step(clock, -3_600)
    if who == "edge":
        times = [row["ts"] for row in system.tracker.rows("SELECT min(ts) AS ts FROM clicks "
                                                          "UNION ALL SELECT max(ts) FROM clicks")]
        assert times[1] - times[0] > 3_500_000, "it did step back"


def step(clock, seconds):
    fresh = clock.with_suffix(".new")
    fresh.write_text(f"{seconds:+d}\n")
    fresh.replace(clock)
