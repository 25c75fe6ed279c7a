"""What becomes of results: `waymark-loadtest report` and `compare`, and the published schema."""
import http.server
import json
import pathlib
import subprocess
import threading

import jsonschema
import pytest

from tests.support.programs import BIN

KIT = pathlib.Path(__file__).resolve().parents[2] / "loadtest" / "kit"
TOOL = BIN / "waymark-loadtest"


class Redirect(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802 (the name is given)
        self.send_response(302)
        self.send_header("Location", "https://example.com/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """The JSON of a short run."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    file = tmp_path_factory.mktemp("loadtest") / "run.json"
    run = loadtest("run", f"http://127.0.0.1:{server.server_port}/try", "--rate", "50",
                   "--duration", "1s", "--quiet", "--json", file)
    server.shutdown()
    server.server_close()
    assert run.returncode in (0, 98), run.stderr  # 98: others were busy on this machine
    return file


def loadtest(*words):
    return subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, timeout=60,
                          check=False)


def changed(file, name, **members):
    """A copy of a result with other members."""
    result = json.loads(file.read_text()) | members
    result["verdict"]["generator_limited"] = False
    copy = file.with_name(name)
    copy.write_text(json.dumps(result))
    return copy


def validator():
    schema = json.loads((KIT / "result.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_output_is_what_the_schema_says(result):
    written = json.loads(result.read_text())
    validator().validate(written)
    assert set(written) - set(validator().schema["properties"]) == set()
    assert written["answered"] == 50
    assert written["statuses"] == {"302": 50}


def test_schema_refuses_what_is_wrong(result):
    wrong = json.loads(result.read_text()) | {"answered": -1}
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(wrong)


def test_several_machines_become_one(result, tmp_path):
    one, two = (changed(result, name) for name in ("one.json", "two.json"))
    joined, page = tmp_path / "joined.json", tmp_path / "joined.html"
    report = loadtest("report", one, two, "--json", joined, "--html", page)
    assert report.returncode == 0, report.stderr
    assert "100 of 100 requests answered" in report.stdout
    both = json.loads(joined.read_text())
    validator().validate(both)
    assert both["answered"] == 100
    assert len(both["machines"]) == 2
    assert sum(count for _, count in both["latency"]["buckets"]) == 100
    assert page.read_text().startswith("<!doctype html>")


def test_thresholds_decide_the_exit_code(result):
    run = changed(result, "plain.json")
    assert loadtest("report", run, "--require", "p99<60s,errors=0").returncode == 0
    missed = loadtest("report", run, "--require", "p99<60s,rate>1000k")
    assert missed.returncode == 99
    assert "FAILED: 1 of 2" in missed.stdout
    limited = json.loads(run.read_text())
    limited["verdict"]["generator_limited"] = True
    run.write_text(json.dumps(limited))
    assert loadtest("report", run, "--require", "rate>1000k").returncode == 98
    wrong = loadtest("report", run, "--require", "p99<2")
    assert wrong.returncode == 2
    assert "at character 5" in wrong.stderr


def test_other_runs_are_not_joined(result):
    other = changed(result, "other.json", url="http://other/")
    refused = loadtest("report", result, other)
    assert refused.returncode == 2
    assert "not parts of one run" in refused.stderr


def test_a_newer_format_is_refused(result):
    newer = changed(result, "newer.json", version=2)
    refused = loadtest("report", newer)
    assert refused.returncode == 1
    assert "version is 2" in refused.stderr


def test_compare_takes_pairs_and_groups(result):
    pair = loadtest("compare", result, result)
    assert pair.returncode == 0, pair.stderr
    assert "unknown: too few data" in pair.stdout  # a second is no sample
    group = loadtest("compare", "--base", result, result, "--new", result, result)
    assert group.returncode == 0, group.stderr
    assert "No difference beyond noise" in group.stdout
    assert loadtest("compare", result).returncode == 2


def test_compare_speaks_to_programs(result, tmp_path):
    faster = changed(result, "faster.json", measured_seconds=json.loads(
        result.read_text())["measured_seconds"] / 2)
    pair = loadtest("compare", result, faster, "--json")
    assert pair.returncode == 0, pair.stderr
    told = json.loads(pair.stdout)
    assert (told["base_runs"], told["new_runs"], told["beyond_noise"]) == (1, 1, False)
    rate = next(each for each in told["differences"] if each["metric"] == "rate")
    assert rate["unit"] == "answers/s"
    assert rate["new"] == pytest.approx(2 * rate["base"])
    assert rate["difference"] == pytest.approx(1)
    assert rate["interval"] is None  # one second is too short

    slower = changed(result, "slower.json", target_rate=20)
    group = loadtest("compare", "--json", "--base", result, result, "--new", slower, slower)
    told = json.loads(group.stdout)
    assert any("other plans" in caution for caution in told["cautions"])
    rate = next(each for each in told["differences"] if each["metric"] == "rate")
    assert rate["interval"] == [0, 0]
    assert not rate["beyond_noise"]
