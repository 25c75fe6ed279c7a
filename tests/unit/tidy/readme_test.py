"""What tests/README.md names as proof is there."""
import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[2]
NAME = r"`((?:unit|integration|faults|browser|fuzz)/[\w/]+\.\w+(?:::[\w.]+)?)`"
NAMED = sorted(set(re.findall(NAME, (TESTS / "README.md").read_text())))


@pytest.mark.parametrize("named", NAMED)
def test_proof_is_there(named):
    file, _, name = named.partition("::")
    text = (TESTS / file).read_text()
    suite, _, case = name.rpartition(".")
    pattern = rf"\b{suite}, {case}\)" if suite else rf"\bdef {case}\(" if name else ""
    assert re.search(pattern, text), f"{name} is not in {file}"
