"""Reads the tables of cases: what is sent, and what must come back.

A line `= TEMPLATE` says what the rows below it are put into, at its `{}`. A row is

    WANT | NAME | BYTES | RULE | SOURCE

WANT    the statuses of the answers in order (`200/404`: either; `-`: none), and what becomes of the
        connection: `open` (a request behind is answered), `close` (nothing behind is answered, and
        the server ends the connection), `alone` (the sender ends its side after the bytes)
BYTES   with `\\r \\n \\t \\0 \\\\ \\xHH`; `{a*9}` repeats what stands before the asterisk
RULE    `must`, `should` or `may` with RFC and section, or `own`: README.md says what they mean
SOURCE  who else tests it (README.md), `-`: nobody that we know of
"""
import dataclasses
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent / "cases"
ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


@dataclasses.dataclass(frozen=True)
class Case:
    topic: str  # name of the table
    name: str
    bytes: bytes
    statuses: tuple  # one set for each answer
    end: str         # open, close or alone
    rule: str
    source: str

    @property
    def id(self):
        return f"{self.topic}: {self.name}"


def decode(text):
    text = re.sub(r"\{([^{}]*)\*(\d+)\}", lambda match: match[1] * int(match[2]), text)
    parts = re.split(r"\\(x[0-9a-f]{2}|[rnt0\\])", text)
    data = bytearray()
    for at, part in enumerate(parts):
        if at % 2 == 0:
            assert "\\" not in part, f"no such escape: {part}"
            data += part.encode("ascii")
        else:
            data += bytes([int(part[1:], 16)]) if part[0] == "x" else ESCAPES[part]
    return bytes(data)


def read_row(topic, template, line):
    want, name, text, rule, source = [part.strip() for part in line.split(" | ")]
    *statuses, end = want.split()
    assert end in ("open", "close", "alone"), line
    assert rule == "own" or re.fullmatch(r"(must|should|may) \d{4}( [\d.]+)?", rule), line
    return Case(topic, name, decode(template.replace("{}", text, 1)),
                tuple({int(one) for one in each.split("/")} for each in statuses if each != "-"),
                end, rule, source)


def read_cases():
    cases = []
    for path in sorted(FOLDER.glob("*.txt")):
        template = None
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("= "):
                template = line[2:]
            elif line and not line.startswith("#"):
                cases.append(read_row(path.stem, template, line))
    assert len({case.id for case in cases}) == len(cases), "a name stands twice"
    return cases
