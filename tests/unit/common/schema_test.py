"""The examples in common/schema/examples/ are valid by the schema, and mistakes are not."""
import json
import pathlib

import pytest

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")

SCHEMA_FOLDER = pathlib.Path(__file__).parents[3] / "common" / "schema"
EXAMPLES = [json.loads(line) for file in sorted((SCHEMA_FOLDER / "examples").glob("*.ndjson"))
            for line in file.read_text().splitlines()]
MISTAKES = [{"v": 2}, {"id": "x"}, {"ts": "5"}, {"code": "a b"}, {"new": 1}, {"query": {"a": 1}},
            {"rule": -1}, {"device": "phone"}, {"ipk": "XYZ"}]


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((SCHEMA_FOLDER / "click.v1.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


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
