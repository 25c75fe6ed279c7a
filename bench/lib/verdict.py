"""Whether one row of times is slower than another beyond noise."""

from math import erf, sqrt
from statistics import median

SLOWER = 0.03  # less than that is no slowdown that anyone would act upon
CHANCE = 0.01  # of calling two equal rows different


def chance_that_equal(before, after):
    """One-sided Mann-Whitney test, by its normal approximation with ranks shared by ties: how
    often `after` would rank this high if both were of one kind. Few values never prove much: with
    five on each side the least is 0.006."""
    values = sorted(before + after)
    ranks = {value: values.index(value) + (values.count(value) + 1) / 2 for value in set(values)}
    m, n = len(before), len(after)
    wins = sum(ranks[value] for value in after) - n * (n + 1) / 2
    ties = sum(t ** 3 - t for t in (values.count(value) for value in ranks))
    spread = sqrt(m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1))))
    if spread == 0:
        return 1.0
    return (1 - erf((wins - m * n / 2 - 0.5) / spread / sqrt(2))) / 2


def judge(before, after):
    """Ratio of the medians and whether `after` is slower: its median by more than SLOWER, and its
    values by more than CHANCE explains."""
    ratio = median(after) / median(before)
    return ratio, ratio > 1 + SLOWER and chance_that_equal(before, after) < CHANCE
