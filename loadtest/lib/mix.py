"""The request mix as a load: requests and script for wrk, links for Redis."""

import subprocess
from pathlib import Path

from processes import RunError

SCRIPT = Path(__file__).resolve().parent.parent / "mix" / "mix.lua"


def write_mix(program, yard, count=10_000, seed=1):
    """Writes the mix into the yard, loads its links; returns wrk's script and its arguments."""
    folder = yard.dir / "mix"
    result = subprocess.run([program, "--count", str(count), "--seed", str(seed),
                             "--keys", yard.keys_file(), "--out", folder],
                            capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RunError(f"waymark-mix: {result.stderr.strip()}")
    load_links(yard.redis, folder / "links.redis")
    return (SCRIPT, folder / "requests.mix")


def load_links(redis, file):
    with open(file, encoding="ascii") as lines:
        redis.pipeline([line.split() for line in lines])
