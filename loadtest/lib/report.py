"""The figures of a cost run as a table."""


def print_report(summary):
    print(f"\n{'medians':<16}{'us/request':>11}{'user':>7}{'sys':>7}{'requests/s':>12}"
          f"{'p50 ms':>8}{'p99 ms':>8}{'redis us/click':>16}{'tracker us':>12}{'written':>9}")
    for name, row in summary["servers"].items():
        line = (f"{name:<16}{row['us']:>11.2f}{row['user_us']:>7.2f}{row['sys_us']:>7.2f}"
                f"{row['per_second']:>12.0f}{row['p50_ms']:>8.2f}{row['p99_ms']:>8.2f}")
        if row["written"]:
            line += f"{row['redis_us']:>16.2f}{row['tracker_us']:>12.2f}{row['written']:>9.4f}"
        print(line)
    for name, value in summary["compared"].items():
        print(f"{name}: {value['median']:.3f} (rounds {value['min']:.3f} to {value['max']:.3f})")
