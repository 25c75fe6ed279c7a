"""What a run is made of and how long each step takes at most, roughly."""

from compare.answer_to_row import RATES
from compare.parts import FIXED_RATES, LINK_COUNTS

PARTS = ("cost", "latency", "stall", "memory", "row")
BETWEEN_TURNS = 0.5  # clicks arrive, streams are emptied
SHORT_ROUNDS_MAX = 3  # of all parts but the cost
LINKS_PER_SECOND = 3_000  # all servers one after the other


def steps(options, peers, recorders):
    """Seconds by part and step; only the parts that were asked for."""
    short_rounds = min(options.rounds, SHORT_ROUNDS_MAX)
    turn = options.warm_up + options.seconds + 2 * BETWEEN_TURNS
    plan = {
        "cost": [peers * turn] * options.rounds,
        "latency": [peers * (options.seconds + BETWEEN_TURNS)] * (len(FIXED_RATES) + 1)
                   * short_rounds,
        "stall": [recorders * 2 * (options.stall_seconds + BETWEEN_TURNS)] * short_rounds,
        "memory": {count: 10 + count / LINKS_PER_SECOND for count in link_counts(options)},
        "row": [options.row_seconds + 2] * len(RATES),
    }
    return {part: seconds if isinstance(seconds, dict) else dict(enumerate(seconds))
            for part, seconds in plan.items() if part in options.only}


def link_counts(options):
    return LINK_COUNTS[:1] if options.quick else LINK_COUNTS
