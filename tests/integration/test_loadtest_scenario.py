"""waymark-loadtest run --scenario: the flags in a file, and what is said of its mistakes."""
import os
import re

import pytest

from tests.support.loadtest import Paths, run
from tests.support.programs import ROOT

EXAMPLES = sorted((ROOT / "loadtest/kit/scenarios").glob("*.toml"))
NOT_NEEDED = "http://127.0.0.1:9/"  # the mistake is found before


@pytest.fixture
def paths():
    server = Paths()
    yield server
    server.close()


def write(folder, text):
    file = folder / "scenario.toml"
    file.write_text(text)
    return file


def test_flags_of_a_file_and_those_that_win_over_it(folder, paths):
    scenario = write(folder, f"""
[loadtest]
label = "from a file"
stages = ["200ms:100", "200ms:100..200"]
arrivals = "constant"
no_keepalive = true
quiet = true
header = ["X-One: 1", "X-Two: 2"]
expect = 302
require = ["errors=0", "rate>1"]
json = "{folder / 'result.json'}"
""")
    done = run(folder, paths.url + "/a", "--scenario", scenario)
    assert done.code in (0, 98), done.errors  # 98: others were busy on this machine
    assert done.result["label"] == "from a file"
    assert done.result["planned"] == done.result["connections_opened"] == 50
    assert [each["expression"] for each in done.result["verdict"]["thresholds"]] == [
        "errors=0", "rate>1"]
    assert paths.seen[0][2] | {"X-One": "1", "X-Two": "2"} == paths.seen[0][2]

    # --rate excludes --stages: those of the file give way.
    done = run(folder, paths.url + "/a", "--scenario", scenario, "--label", "by hand", "--rate",
               100, "--duration", "300ms")
    assert done.result["label"] == "by hand"
    assert done.result["planned"] == 30


def test_what_a_flag_excludes_takes_its_companions_along(folder, paths):
    """--unknown makes no sense without --codes, which --mix replaces."""
    scenario = write(folder, '[loadtest]\ncodes = "generated:3"\nunknown = "50%"\nquiet = true\n'
                             f'rate = 100\nduration = "200ms"\nurl = "{paths.url}/"\n')
    with_codes = run(folder, "--scenario", scenario)
    assert set(with_codes.result["kinds"]) == {"person", "unknown"}
    done = run(folder, "--scenario", scenario, "--mix", folder / "absent")
    assert "--mix" in done.errors and "absent" in done.errors  # it got as far as reading it
    assert "excludes" not in done.errors and "requires" not in done.errors


@pytest.mark.parametrize("text, said", [
    ('[loadtest]\nurl = "http://127.0.0.1:9/"\nratee = 5\n',
     "3:1: unknown key ratee; did you mean rate?; 'waymark-loadtest run --help' lists the flags"),
    ('[loadtest]\nfind-max = "p99<1ms"\n', "2:1: unknown key find-max; did you mean find_max?"),
    ('[loadtest]\nscenario = "other.toml"\n', "2:1: unknown key scenario"),
    ('[loadtest]\n\nrate = "fast"\n', "3:8: --rate: 'fast' is not a rate"),
    ('[loadtest]\nstages = ["10s:1k", "10s"]\n', "2:10: --stages: '10s' is no stage"),
    ('[loadtest]\narrivals = "sometimes"\n', "2:12: --arrivals: sometimes not in"),
    ('[loadtest]\nrequire = "p99<2parsecs"\n', "2:11: --require"),
    ('[loadtest]\nchaos = "lunch@12s"\n', "2:9: --chaos: 'lunch@12s'"),
    ('[loadtest]\nclosed = "yes"\n', "2:10: closed must be true or false"),
    ('[loadtest]\nrate = {from = 1}\n', "2:8: rate must be a text or a number"),
    ('rate = 5\n', '1:1: "rate" is not read here; put the keys under [loadtest]'),
    ('[load]\nrate = 5\n', '1:2: "load" is not read here; put the keys under [loadtest]'),
    ('', ": put the keys under [loadtest]"),
    ('[loadtest\n', "1:"),
])
def test_mistakes_are_named_with_their_place(text, said, folder):
    scenario = write(folder, text)
    done = run(folder, NOT_NEEDED, "--scenario", scenario)
    assert done.code == os.EX_CONFIG, done.errors
    assert f"{scenario}:{said}".replace("::", ":") in done.errors


def test_a_file_that_is_not_there(folder):
    done = run(folder, NOT_NEEDED, "--scenario", folder / "absent.toml")
    assert done.code == os.EX_CONFIG
    assert "absent.toml" in done.errors


@pytest.mark.parametrize("example", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_an_example_runs_as_it_stands_but_sixty_times_as_fast(example, folder, system):
    """Nothing of the file but its times is changed."""
    for number in range(3):
        status, link = system.tracker.api("POST", "/v1/links", {
            "code": f"code{number}", "destination": "https://shop.example/"})
        assert status == 201, link
    text = re.sub(r"\b(\d+)s\b", lambda time: f"{int(time[1]) * 1000 // 60}ms",
                  example.read_text())
    done = run(folder, f"http://127.0.0.1:{system.edge.port}/", "--scenario", write(folder, text),
               "--api", f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
               system.tracker.key_file, "--server", f"redis=:{system.redis.port}", "--quiet")
    assert done.result, done.errors
    assert done.result["kinds"].keys() >= {"person", "crawler", "preview"}
    assert done.result["planned"] > 1000
    assert done.result["clicks"]["missing"] == 0
    assert done.result["chaos"], "Redis was stopped"
