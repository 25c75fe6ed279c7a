"""RESULTS.md: what was run, and the figures of every part."""

from compare import tables
from peers.peer import GUARANTEES

PARTS = {"cost": tables.cost, "latency": tables.latency, "stall": tables.stall,
         "memory": tables.memory, "row": tables.row}


def page(results, drawn):
    """`drawn`: file names of plots by part, beside results.json."""
    parts = [head(results)]
    for part, text in PARTS.items():
        if part in results:
            parts.append(text(results))
            parts += [f"![{part}](results/{file})" for file in drawn.get(part, [])]
    return "\n\n".join(parts) + "\n"


def head(results):
    facts = tables.table(["", ""], results["facts"].items())
    levels = "\n".join(f"- *{name}*: {text}." for name, text in GUARANTEES.items())
    absent = "".join(f"\n\nNot here: {name}: {reason}." for name, reason in
                     (results["missing"] | results["failed"]).items())
    return ("# Waymark beside others\n\nWritten by `loadtest/compare`, figures also in "
            "`results/results.json`; loadtest/README.md says how to read it. The server has a core "
            "of its own; loader and Redis share the other. At fixed rates the loader is "
            f"`waymark-loadtest` {priority(results)}.\n\n{facts}\n\nWhat a server promises, and so "
            f"with whom it may be compared:\n\n{levels}{absent}")


def priority(results):
    if results["facts"]["real-time loader"] == "yes":
        return ("under real-time priority (SCHED_FIFO 1): it goes before Redis, and a time says "
                "when the answer came, not when the loader found a core")
    return "under normal priority: times hold its own waiting for a core as well"
