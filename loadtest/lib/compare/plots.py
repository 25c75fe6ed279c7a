"""The plots of a run."""

from compare.parts import EDGE
from compare.svg import bars
from compare.tables import reached
from peers.peer import GUARANTEES

GUARANTEE_COLOURS = dict(zip(GUARANTEES, ("#9aa5b1", "#d99a3d", "#2f7ebf"), strict=True))
SERIES = ("#2f7ebf", "#d99a3d", "#b3474d")
LATENCIES = {"p50_ms": "p50", "p99_ms": "p99", "p999_ms": "p99.9"}


def draw(results, folder):
    """Writes an SVG each and returns their names by part."""
    drawn = {}
    for part, plot in PLOTS.items():
        for name, picture in plot(results) if part in results else ():
            (folder / f"{name}.svg").write_text(picture, encoding="ascii")
            drawn.setdefault(part, []).append(f"{name}.svg")
    return drawn


def cost(results):
    for name, title, unit, key in (("cost", "CPU of a redirect", "us", "us"),
                                   ("saturation", "Redirects a second on one core", "1/s",
                                    "per_second")):
        rows = [(server, [(row[key], results["peers"][server]["guarantee"])])
                for server, row in results["cost"].items()]
        yield name, bars(title, unit, rows, GUARANTEE_COLOURS)


def latency(results):
    colours = dict(zip(LATENCIES.values(), SERIES, strict=True))
    for number, (rate, figures) in enumerate(results["latency"].items()):
        rows = [(server, [(row[key], shown) for key, shown in LATENCIES.items()])
                for server, row in figures.items() if reached(row)]
        if rows:
            yield (f"latency-{number + 1}", bars(f"Times at {int(rate):,} a second", "ms", rows,
                                                 colours))


def stall(results):
    colours = {"p99 quiet": SERIES[0], "p99 with Redis still": SERIES[2]}
    rows = [(server, [(row["quiet_p99_ms"], "p99 quiet"), (row["p99_ms"], "p99 with Redis still")])
            for server, row in results["stall"].items()]
    yield "stall", bars("Redis stands still", "ms", rows, colours)


def memory(results):
    counts = list(results["memory"][EDGE])
    names = [f"{int(count):,} links" for count in counts]
    colours = dict(zip(names, SERIES, strict=False))
    rows = [(server, [(row[count], name) for count, name in zip(counts, colours, strict=True)
                      if isinstance(row.get(count), float)])
            for server, row in results["memory"].items()]
    yield "memory", bars("Memory", "MiB", rows, colours)


PLOTS = {"cost": cost, "latency": latency, "stall": stall, "memory": memory}
