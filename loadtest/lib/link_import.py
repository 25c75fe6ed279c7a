"""Links for load runs: a CSV file of many, and their import through the API until Redis has them."""

import csv
import subprocess
import time

from processes import RunError

SECONDS_MAX = 600


def write_links(file, count):
    with open(file, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["destination", "code", "referrer", "title"])
        for i in range(count):
            rows.writerow([f"https://shop.example/welcome/{i}?utm_medium=link", f"imp{i:07d}",
                           f"rfr_{i % 5000}", "Welcome, and ten off"])


def import_links(yard, programs, file, count):
    """Returns what the command said and the seconds until Redis holds every link."""
    begin = time.monotonic()
    done = subprocess.run(
        [programs / "waymark", "link", "import", file, "--campaign", "camp_spring", "--api",
         f"http://127.0.0.1:{yard.api_port}", "--api-key-file", yard.dir / "api-key"],
        capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
    if done.returncode != 0:
        raise RunError(f"waymark link import ended with {done.returncode}: {done.stderr}")
    while yard.redis("EXISTS", f"wm:link:*/imp{count - 1:07d}") != 1:
        if time.monotonic() - begin > SECONDS_MAX:
            raise RunError("Redis does not get the last link")
        time.sleep(0.01)
    return done.stderr.strip(), time.monotonic() - begin
