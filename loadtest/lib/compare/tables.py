"""The tables of RESULTS.md and what follows from them."""

from compare.parts import EDGE, LIMIT, NGINX, STALL_RATE, STALL_SECONDS

NONE = "-"
BARE, FULL = "Fastify bare", "Fastify"
ROUNDS_MIN = 3  # fewer say nothing about an aim


def table(titles, rows):
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def described(results, name):
    peer = results["peers"][name]
    return [name, peer["job"], peer["guarantee"]]


def refusal(row):
    """For the cell of a figure: that the loader itself was the limit, and in how many rounds."""
    if not row["refused"]:
        return ""
    return f" ({row['refused']} of {row['turns']} rounds refused: the loader was the limit)"


def all_refused(row):
    return row["refused"] == row["turns"]


def cost(results):
    rows = []
    for name, row in results["cost"].items():
        low, high = row["us_range"]
        ratio = "{:.2f} ({:.2f} to {:.2f})".format(*row["of_nginx"]) if "of_nginx" in row else NONE
        rows.append([*described(results, name), f"{row['us']:.2f} ({low:.2f} to {high:.2f})", ratio,
                     f"{row['per_second']:,.0f}",
                     f"{row['redis_us']:.2f}" if row["written"] else NONE,
                     f"{row['written']:.3f}" if row["written"] else NONE])
    return ("## Cost and saturation\n\nwrk, 64 connections, closed loop; medians and range of the "
            f"rounds, ratios within a round.{framework(results['cost'])}\n\n" + table(
                ["server", "job", "answered click", "CPU us/redirect", f"of {NGINX}", "redirects/s",
                 "Redis us/click", "clicks in the stream per redirect"], rows))


def framework(figures):
    """How much of a redirect with Fastify is Fastify."""
    bare, full = figures.get(BARE), figures.get(FULL)
    if not bare or not full:
        return ""
    return (f" Of the {full['us']:.0f} us of *{FULL}*, {bare['us']:.0f} are Node's and Fastify's "
            f"own (*{BARE}*: no lookup, no signature, no click); the rest is the job in "
            "JavaScript.")


def latency(results):
    return "\n\n".join(at_rate(results, rate) for rate in results["latency"])


def at_rate(results, rate):
    figures = results["latency"][rate]
    rows = []
    for name in results["cost"]:
        row = figures.get(name)
        times = ([f"{row['p50_ms']:.2f}{refusal(row)}", f"{row['p99_ms']:.2f}",
                  f"{row['p999_ms']:.2f}"]
                 if row and reached(row) else [shortfall(row), NONE, NONE])
        rows.append([*described(results, name), *times])
    text = f"## At {int(rate):,}/s\n\nFrom when a request was due, in ms.\n\n" + table(
        ["server", "job", "answered click", "p50", "p99", "p99.9"], rows)
    if any(all_refused(figures[name]) for name in (LIMIT, NGINX, EDGE) if name in figures):
        return f"{text}\n\nThe loader was the limit. Nothing follows from these times."
    if rate == max(results["latency"], key=int) and NGINX in figures and EDGE in figures:
        ours, nginx = figures[EDGE]["p99_ms"], figures[NGINX]["p99_ms"]
        text += (f"\n\nThis is 60 % of the edge's saturation. Aim: p99 no higher than nginx's. "
                 f"{ours:.2f} ms and {nginx:.2f} ms: {verdict(results, ours <= nginx)}.")
    return text


def verdict(results, met):
    if results["rounds"] < ROUNDS_MIN:
        return f"no verdict from fewer than {ROUNDS_MIN} rounds"
    return "met" if met else "not met"


def reached(row):
    return row["kept_up"] and not all_refused(row)


def shortfall(row):
    """Why there are no times."""
    if row is None:
        return "saturates below"
    return "refused: the loader was the limit" if all_refused(row) else "falls short"


def stall(results):
    rows = [[*described(results, name), f"{row['quiet_p99_ms']:.2f}{refusal(row)}",
             f"{row['p99_ms']:.2f}", f"{row['max_ms']:.1f}", row["errors"], row["unanswered"],
             row["lost"]]
            for name, row in results["stall"].items()]
    edge = results["stall"][EDGE]
    text = table(["server", "job", "answered click", "p99 quiet, ms", "p99, ms", "max, ms",
                  "errors", "unanswered", "lost"], rows)
    if all_refused(edge):
        conclusion = "The loader was the limit. Nothing follows from these times."
    else:
        ratio = edge["p99_ms"] / edge["quiet_p99_ms"]
        conclusion = (f"The edge's p99 is {ratio:.2f} x its quiet one; the aim is 1.2: "
                      f"{verdict(results, ratio <= 1.2)}.")
    return (f"## Redis stands still for {STALL_SECONDS} s\n\n{STALL_RATE:,}/s. *Lost*: answered "
            "clicks whose id is not in the stream once Redis has gone on; every answer carries one."
            f"\n\n{text}\n\n{conclusion}")


def memory(results):
    counts = list(next(iter(results["memory"].values())))
    rows = [[name, *(mib_text(row.get(count)) for count in counts)]
            for name, row in results["memory"].items()]
    titles = ["server", *(f"{int(count):,} links" for count in counts)]
    return ("## Memory that links take\n\nMiB that each server has taken for itself (mapped files "
            "left out) after every link was asked for once; Redis before. HAProxy reads them all "
            f"from its file.\n\n{table(titles, rows)}")


def mib_text(mib):
    if mib is None:
        return NONE
    return mib if isinstance(mib, str) else f"{mib:.0f}"


def row(results):
    rows = [[f"{int(rate):,}/s" + beside(row),
             *(f"{row[key]:.1f}" for key in ("p50_ms", "p99_ms", "max_ms")), row["followed"]]
            for rate, row in results["row"].items()]
    titles = ["others", "p50", "p99", "longest", "followed"]
    return ("## From the answer to the row\n\nMilliseconds from the end of an answer until the "
            "click is a row in SQLite, of visitors who come beside others at a fixed rate; "
            f"tracker, Redis and loader share a core. No peer has a store.\n\n{table(titles, rows)}")


def beside(row):
    """What became of the others' rate."""
    if row["refused"]:
        return " (refused: the loader was the limit)"
    return "" if row["reached"] else " (not reached)"
