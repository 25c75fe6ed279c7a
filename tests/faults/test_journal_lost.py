"""The disk of an edge is lost with the clicks that nobody else has: those are counted as missing,
and nothing else is."""
import shutil
import time

from tests.support.load import Load
from tests.support.programs import wait_until

SILENT = 12  # seconds after which the doctor takes an edge for gone, and some more


def stored(system):
    return int(system.tracker.rows("SELECT count(*) AS count FROM clicks")[0]["count"])


def test_what_only_the_lost_disk_had_is_named_as_missing(make_system):
    # The window holds a hundred clicks; the rest waits in the journal alone.
    system = make_system(edge_settings=["ship.window=64KiB"]).start()
    system.add_link("try")
    system.tracker.kill()
    with Load([system.edge.port], ["/try"]) as load:
        load.run_until(1000)
    answered = load.answered()
    time.sleep(1.5)  # the edge reports its last numbers once a second
    system.edge.kill()
    shutil.rmtree(system.edge.journal)

    system.tracker.start()
    system.edge.start()  # with an empty folder, and a name that it had before
    assert system.edge.get("/try").status == 302
    answered += 1
    wait_until(lambda: 0 < stored(system) < answered, "what Redis had is stored")
    time.sleep(SILENT)
    missing = answered - stored(system)
    assert 0 < missing < answered

    report = system.run("doctor", "--redis", system.redis.url, "--api",
                        f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                        system.tracker.key_file)
    assert report.returncode != 0
    assert f"{missing} clicks of its journal are not stored" in report.stdout, report.stdout
