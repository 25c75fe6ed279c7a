"""The examples in common/schema/examples/ are valid by the schema, and mistakes are not.

Exits with 77, which counts as skipped, where python3-jsonschema is not installed.
"""

import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

SCHEMA_FOLDER = pathlib.Path(__file__).parents[3] / "common" / "schema"

MISTAKES = [
    {"v": 2},
    {"id": "x"},
    {"ts": "5"},
    {"code": "a b"},
    {"new": 1},
    {"query": {"a": 1}},
    {"rule": -1},
    {"device": "phone"},
    {"ipk": "XYZ"},
]


def main():
    schema = json.loads((SCHEMA_FOLDER / "click.v1.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    examples = 0
    for file in sorted((SCHEMA_FOLDER / "examples").glob("*.ndjson")):
        for line in file.read_text().splitlines():
            click = json.loads(line)
            validator.validate(click)
            examples += 1
            for mistake in MISTAKES:
                assert not validator.is_valid({**click, **mistake}), (file.name, mistake)
            for required in ("v", "id", "ts"):
                short = {key: value for key, value in click.items() if key != required}
                assert not validator.is_valid(short), (file.name, required)
    assert examples > 0, "no examples found"
    print(f"{examples} examples are valid")


main()
