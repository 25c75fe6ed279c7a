"""The examples in common/schema/examples/ are valid by the schema, and mistakes are not; what was
promised with earlier versions of the format still holds.

`written.ndjson` is what the writer writes today (published_formats_test.cpp compares it byte for
byte). Each folder of common/schema/golden/ is frozen: the schema, lines and a consumer of that time.
"""
import hashlib
import importlib.util
import json
import pathlib

import pytest

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")

SCHEMA_FOLDER = pathlib.Path(__file__).parents[3] / "common" / "schema"
LINES = [line for file in sorted((SCHEMA_FOLDER / "examples").glob("*.ndjson"))
         for line in file.read_text().splitlines()]
EXAMPLES = [json.loads(line) for line in LINES]
FROZEN = sorted((SCHEMA_FOLDER / "golden").iterdir())
MISTAKES = [{"v": 2}, {"id": "x"}, {"ts": "5"}, {"code": "a b"}, {"new": 1}, {"query": {"a": 1}},
            {"rule": -1}, {"device": "phone"}, {"ipk": "XYZ"}]


def validator_of(folder):
    schema = json.loads((folder / "click.v1.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def validator():
    return validator_of(SCHEMA_FOLDER)


@pytest.fixture(scope="module", params=FROZEN, ids=lambda folder: folder.name)
def frozen(request):
    return request.param


def test_examples_are_valid(validator):
    assert EXAMPLES
    for click in EXAMPLES:
        validator.validate(click)


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_mistakes_are_not(validator, mistake):
    for click in EXAMPLES:
        assert not validator.is_valid({**click, **mistake}), click


@pytest.mark.parametrize("required", ["v", "id", "ts"])
def test_what_is_required(validator, required):
    for click in EXAMPLES:
        short = {key: value for key, value in click.items() if key != required}
        assert not validator.is_valid(short), click


def test_what_is_frozen_is_as_it_was(frozen):
    for line in (frozen / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((frozen / name).read_bytes()).hexdigest() == digest, name


def test_lines_of_before_are_valid_today(frozen, validator):
    for line in (frozen / "lines.ndjson").read_text().splitlines():
        validator.validate(json.loads(line))


def test_lines_of_today_are_valid_by_the_schema_of_before(frozen):
    for click in EXAMPLES:
        validator_of(frozen).validate(click)


def test_a_consumer_of_before_reads_lines_of_today(frozen):
    spec = importlib.util.spec_from_file_location("reader", frozen / "reader.py")
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    for line, click in zip(LINES, EXAMPLES):
        found = reader.read(line)
        assert str(found[0]) == click["id"] and found[1] == click["ts"]
        assert found[2] == (not {"bot", "outcome", "test"} & click.keys())
        assert reader.read(json.dumps({**click, "a_key_of_tomorrow": {"any": [None]}})) == found
