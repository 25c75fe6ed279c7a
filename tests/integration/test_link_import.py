"""Imports and exports of links: what files may hold, and what is told of each line."""
import json
import subprocess

import pytest

from tests.support.links import change_link, import_links, link_count, make_link, results_of
from tests.support.programs import BIN, wait_until
from tests.support.shared_system import running_system

CSV = """\ufeffdestination,code,title,max_clicks,starts_at,test,rules\r
https://shop.example/1,Imp1,"Ten off, ""now""\r
and here",5,2026-01-31,true,"[{""destination"":""https://shop.example/rule""}]"\r
\r
https://shop.example/2,,,,,,\r
https://shop.example/2,,,,,,\r
ftp://shop.example/3,imp3,,,,,\r
https://shop.example/4,imp1,,,,,\r
https://shop.example/5,imp5\r
https://shop.example/6,imp6,,many,,,\r
"""


def test_an_import_of_csv_makes_what_it_can_and_says_what_it_cannot(system, folder):
    file = folder / "links.csv"
    file.write_bytes(CSV.encode())
    results = folder / "results"
    done = import_links(system, file, "--campaign", "camp_demo", "--results", results)
    assert done.returncode == 5, done.stderr
    outcomes = results_of(results.read_text())
    assert [(outcome["line"], outcome["ok"]) for outcome in outcomes] == [
        (2, False), (5, True), (6, True), (7, False), (8, True), (9, False), (10, False)]
    # A title takes no line break: the record is refused, and its lines are counted.
    assert outcomes[0]["error"]["param"] == "title"
    assert outcomes[3]["error"]["param"] == "destination"
    assert outcomes[5]["error"]["detail"] == "has 2 cells, the header has 7"
    assert outcomes[6]["error"]["param"] == "max_clicks"
    assert "max_clicks" in done.stdout and "3 links made" in done.stderr
    assert outcomes[1]["id"] != outcomes[2]["id"], "two lines that say the same are two links"

    file.write_bytes(CSV.replace('""now""\r\nand', "and").encode())
    again = import_links(system, file, "--campaign", "camp_demo", "--json")
    outcomes = results_of(again.stdout)
    assert [outcome.get("made") for outcome in outcomes] == [
        None, False, False, None, False, None, None], "and the code of line 8 is taken by itself"
    assert link_count(system) == 3


def test_every_column_reaches_redis(system, folder):
    file = folder / "links.csv"
    file.write_text('destination,code,title,max_clicks,starts_at,test,rules,status_code,query\n'
                    'https://shop.example/1,Imp1,"Ten off, ""now""",5,2026-01-31,1,'
                    '"[{""destination"":""https://shop.example/rule""}]",307,drop\n')
    assert import_links(system, file).returncode == 0
    record = system.redis.hgetall("wm:link:*/imp1")
    record.pop("link")
    assert record == {
        "destination": "https://shop.example/1", "title": 'Ten off, "now"', "max_clicks": "5",
        "starts_at": "1769817600", "test": "1", "status_code": "307", "query": "drop",
        "rules": '[{"destination":"https://shop.example/rule"}]'}


def test_a_dry_run_says_the_same_and_changes_nothing(system, folder):
    file = folder / "links.ndjson"
    lines = [{"destination": f"https://shop.example/{i}", "code": f"dry{i}"} for i in range(1_500)]
    lines.append({"destination": "https://shop.example/other", "code": "DRY3"})  # a batch later
    lines.append(lines[4])
    lines.append({"destination": "https://shop.example/", "colour": "red"})
    lines[5] |= {"id": "twice", "aliases": ["former"]}
    lines[6]["idempotency_key"] = "row 6"
    lines.append({"destination": "https://shop.example/", "id": "twice"})
    lines.append({"destination": "https://shop.example/", "code": "Former"})
    lines.append({"destination": "https://shop.example/", "aliases": ["DRY9"]})
    lines.append({"destination": "https://shop.example/", "idempotency_key": "row 6"})
    file.write_text("\n".join(map(json.dumps, lines)))
    before = system.tracker.rows("SELECT value FROM meta WHERE name = 'last_change'")[0]["value"]
    dry = import_links(system, file, "--dry-run", "--json")
    assert dry.returncode == 5 and link_count(system) == 0
    after = system.tracker.rows("SELECT value FROM meta WHERE name = 'last_change'")[0]["value"]
    assert after == before
    real = import_links(system, file, "--json")
    told = [[(outcome["line"], outcome["ok"], outcome.get("made"),
              outcome.get("error", {}).get("code")) for outcome in
             results_of(done.stdout)] for done in (dry, real)]
    assert told[0] == told[1]
    assert link_count(system) == 1_500
    assert system.edge.get("/dry1499").status == 302


def test_an_import_from_standard_input_may_be_sent_again(system):
    lines = "\n".join(json.dumps({"destination": f"https://shop.example/{i}"}) for i in range(50))
    first = results_of(import_links(system, "-", "--json", text=lines).stdout)
    system.tracker.api("PATCH", f"/v1/links/{first[0]['id']}",
                       {"code": "moved", "status": "paused"})
    second = import_links(system, "-", "--json", text=lines)
    assert second.returncode == 0
    assert [line["id"] for line in results_of(second.stdout)] == [line["id"] for line in first]
    assert link_count(system) == 50


def test_a_tracker_that_is_away_for_a_moment_is_waited_for(system, folder):
    file = folder / "links.csv"
    file.write_text("destination,code\n" + "".join(
        f"https://shop.example/{i},wait{i}\n" for i in range(2_500)))
    system.tracker.kill()
    command = subprocess.Popen(
        [BIN / "waymark", "link", "import", file, "--api",
         f"http://127.0.0.1:{system.tracker.port}", "--api-key-file", system.tracker.key_file],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    system.tracker.start()
    _, said = command.communicate(timeout=60)
    assert command.returncode == 0, said
    assert "2500 links made" in said
    wait_until(lambda: system.redis.command("EXISTS", "wm:link:*/wait2499"), "all are in Redis")


def links_by_id(text):
    links = {link["id"]: link for link in results_of(text)}
    for link in links.values():
        link.get("aliases", []).sort()
    return links


def test_an_export_brings_the_links_to_another_waymark_and_changes_none_here(system):
    lines = "\n".join(json.dumps({"destination": f"https://shop.example/{i}"}) for i in range(120))
    assert import_links(system, "-", text=lines).returncode == 0
    make_link(system, "full", host="a.example", campaign="camp_demo", title="Ten \"off\"",
              max_clicks=7, starts_at="2026-01-31T00:00:00Z", test=True, status="paused",
              rules=[{"destination": "https://shop.example/rule"}], status_code=307, query="drop")
    renamed = make_link(system, "printed", host="a.example")
    change_link(system, renamed, code="newer")
    change_link(system, renamed, code="newest")
    text = system.waymark_api("link", "export")
    assert len(text.splitlines()) == 122
    again = import_links(system, "-", text=text)
    assert again.returncode == 0 and "0 links made, 122 there before" in again.stderr

    with running_system() as other:
        moved = import_links(other, "-", text=text)
        assert moved.returncode == 0 and "122 links made" in moved.stderr
        exported = other.waymark_api("link", "export")
        assert links_by_id(exported) == links_by_id(text)
        assert other.redis.hgetall("wm:link:a.example/full") == \
            system.redis.hgetall("wm:link:a.example/full")
        for code in ("printed", "newer", "newest"):
            assert other.edge.get(f"/{code}", {"Host": "a.example"}).status == 302, code
    assert system.waymark_api("link", "export", "--campaign", "camp_demo").count("\n") == 1


def test_a_quote_that_is_not_closed_costs_one_line(system, folder):
    file, results = folder / "links.csv", folder / "results"
    rows = [f"https://shop.example/{i},q{i},Title" for i in range(2_000)]
    rows[1] = 'https://shop.example/1,q1,"12 inch'
    file.write_text("destination,code,title\n" + "\n".join(rows) + "\n")
    done = import_links(system, file, "--results", results)
    assert done.returncode == 5
    assert "1999 links made, 0 there before, 1 lines failed" in done.stderr
    outcomes = results_of(results.read_text())
    assert [outcome["line"] for outcome in outcomes] == list(range(2, 2_002))
    assert "goes on to line" in outcomes[1]["error"]["detail"]


@pytest.mark.parametrize("by_redirection", [False, True])
def test_results_do_not_take_the_place_of_what_is_imported(system, folder, by_redirection):
    file = folder / "links.csv"
    text = "destination,code\nhttps://shop.example/,own\n"
    file.write_text(text)
    with open(file) as given:
        done = subprocess.run(
            [str(BIN / "waymark"), "link", "import", "-" if by_redirection else str(file),
             "--results", str(folder / "." / "links.csv"), "--api",
             f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
             str(system.tracker.key_file)],
            capture_output=True, text=True, timeout=60, check=False, stdin=given)
    assert done.returncode == 2 and "is the file that is imported" in done.stderr
    assert file.read_text() == text and link_count(system) == 0


@pytest.mark.parametrize("data, code, said", [
    ("destination,title\nhttps://shop.example/,Größe\n".encode("cp1252"), 5, "UTF-8"),
    (b'[{"destination":"https://shop.example/"}]', 2, "jq -c '.[]'"),
    (b'\n{"destination":"https://shop.example/"}\n', 0, "1 links made"),
    (b"Destination, Code\nhttps://shop.example/,x\n,\n", 0, "1 links made, 0 there before, 0"),
    (b'{"destination":"https://shop.example/","code":"a","code":"b"}\n', 5, "twice")])
def test_files_of_other_programs_are_read_or_their_fault_is_named(system, folder, data, code, said):
    file = folder / "links"
    file.write_bytes(data)
    done = import_links(system, file)
    assert done.returncode == code and said in done.stdout + done.stderr


def test_a_folder_is_no_empty_file(system, folder):
    done = import_links(system, folder)
    assert done.returncode == 2 and "is a folder" in done.stderr


@pytest.mark.parametrize("text, said", [
    ("code:destination\nx:https://shop.example/\n", "unknown column"),
    ("destination,cdoe\nhttps://shop.example/,x\n", "did you mean code?"),
    ("destination,code,code\n", "comes twice")])
def test_a_header_that_cannot_be_used_ends_an_import_before_it_begins(system, text, said):
    done = import_links(system, "-", text=text)
    assert done.returncode == 2 and said in done.stderr
