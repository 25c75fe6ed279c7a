"""Links made by the API and by imports of files."""
import json
import subprocess

from tests.support.programs import BIN


def make_link(system, code, **fields):
    status, link = system.tracker.api(
        "POST", "/v1/links", {"destination": "https://shop.example/", "code": code, **fields})
    assert status == 201, link
    return link


def change_link(system, link, **fields):
    status, changed = system.tracker.api("PATCH", f"/v1/links/{link['id']}", fields)
    assert status == 200, changed
    return changed


def import_links(system, file, *words, text=None):
    command = [str(BIN / "waymark"), "link", "import", str(file), "--api",
               f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
               str(system.tracker.key_file), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, input=text or "")


def results_of(text):
    return [json.loads(line) for line in text.splitlines()]


def link_count(system):
    return system.tracker.rows("SELECT count(*) AS n FROM links")[0]["n"]
