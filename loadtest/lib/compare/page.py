"""RESULTS.md: the figures of one run as tables."""

from compare.parts import EDGE, LIMIT, NGINX, STALL_RATE, STALL_SECONDS
from peers.peer import GUARANTEES

NONE = "-"


def page(results):
    parts = [head(results), cost_table(results)]
    parts += [latency_table(results, rate) for rate in results.get("latency", {})]
    if "stall" in results:
        parts.append(stall_table(results))
    return "\n\n".join(parts) + "\n"


def head(results):
    facts = "\n".join(f"| {name} | {value} |" for name, value in results["facts"].items())
    levels = "\n".join(f"- *{name}*: {text}." for name, text in GUARANTEES.items())
    absent = "".join(f"\n\nNot here: {name}: {reason}." for name, reason in
                     results["missing"].items())
    return (f"# Waymark beside others\n\nWritten by `loadtest/compare`; loadtest/README.md says how to "
            f"read it. The server has a core of its own; loader and Redis share the other.\n\n"
            f"| | |\n| --- | --- |\n{facts}\n\n"
            "What a server promises, and so with whom it may be compared:\n\n"
            f"{levels}{absent}")


def table(titles, rows):
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def described(results, name):
    peer = results["peers"][name]
    return [name, peer["job"], peer["guarantee"]]


def cost_table(results):
    rows = []
    for name, row in results["cost"].items():
        low, high = row["us_range"]
        ratio = "{:.2f} ({:.2f} to {:.2f})".format(*row["of_nginx"]) if "of_nginx" in row else NONE
        rows.append([*described(results, name), f"{row['us']:.2f} ({low:.2f} to {high:.2f})", ratio,
                     f"{row['per_second']:,.0f}",
                     f"{row['redis_us']:.2f}" if row["written"] else NONE,
                     f"{row['written']:.3f}" if row["written"] else NONE])
    return ("## Cost and saturation\n\nwrk, 64 connections, closed loop; medians and range of the "
            "rounds, ratios within a round.\n\n" + table(
                ["server", "job", "answered click", "CPU us/redirect", f"of {NGINX}", "redirects/s",
                 "Redis us/click", "clicks in the stream per redirect"], rows))


def latency_table(results, rate):
    figures = results["latency"][rate]
    rows = []
    for name in results["cost"]:
        row = figures.get(name)
        times = ([f"{row[key]:.2f}" for key in ("p50_ms", "p99_ms", "p999_ms")]
                 if row and row["reached"] else [shortfall(row, figures), NONE, NONE])
        rows.append([*described(results, name), *times])
    text = f"## At {int(rate):,}/s\n\nFrom when a request was due, in ms.\n\n" + table(
        ["server", "job", "answered click", "p50", "p99", "p99.9"], rows)
    if not loader_reaches(figures):
        return text + ("\n\nThe loader itself does not reach this rate: not even the epoll limit was "
                       "asked so often. Nothing follows about the servers.")
    if rate == max(results["latency"], key=int) and NGINX in figures:
        text += (f"\n\nThis is 60 % of the edge's saturation. Aim: p99 no higher than nginx's. "
                 f"{figures[EDGE]['p99_ms']:.2f} ms and {figures[NGINX]['p99_ms']:.2f} ms: "
                 + ("met." if figures[EDGE]["p99_ms"] <= figures[NGINX]["p99_ms"] else "not met."))
    return text


def loader_reaches(figures):
    return figures.get(LIMIT, {}).get("reached", False)


def shortfall(row, figures):
    """Why there are no times: the server saturates below the rate, fell short, or nobody knows."""
    if row is None:
        return "saturates below"
    return "falls short" if loader_reaches(figures) else "loader falls short"


def stall_table(results):
    rows = [[*described(results, name), f"{row['quiet_p99_ms']:.2f}", f"{row['p99_ms']:.2f}",
             f"{row['max_ms']:.1f}", row["errors"], row["unanswered"], row["lost"]]
            for name, row in results["stall"].items()]
    edge = results["stall"][EDGE]
    ratio = edge["p99_ms"] / edge["quiet_p99_ms"]
    return (f"## Redis stands still for {STALL_SECONDS} s\n\n{STALL_RATE:,}/s. *Lost*: answered and "
            "not in the stream once Redis went on.\n\n" + table(
                ["server", "job", "answered click", "p99 quiet, ms", "p99, ms", "max, ms", "errors",
                 "unanswered", "lost"], rows) +
            f"\n\nThe edge's p99 is {ratio:.2f} x its quiet one; the aim is 1.2: "
            + ("met." if ratio <= 1.2 else "not met."))
