"""A revision's benchmarks, built in a worktree under the cache folder of the user."""

import os
import subprocess
from pathlib import Path


class BuildError(Exception):
    """git or the build refused."""


def run(command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = result.stdout[-2000:] + result.stderr[-2000:]
        raise BuildError(f"{' '.join(map(str, command))}:\n{said}")
    return result.stdout.strip()


def cache_folder():
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "waymark-bench"


def build(root, revision, benches):
    """The folder of the programs. A folder with a finished build may stand for a revision."""
    if (Path(revision) / f"bench_{benches[0]}").exists():
        return Path(revision).resolve()
    commit = run(["git", "rev-parse", "--verify", f"{revision}^{{commit}}"], root)
    tree = cache_folder() / commit
    if not (tree / ".git").exists():
        run(["git", "worktree", "prune"], root)
        run(["git", "worktree", "add", "--detach", tree, commit], root)
    run(["cmake", "--preset", "release"], tree)
    run(["cmake", "--build", "--preset", "release", "--target",
         *(f"bench_{bench}" for bench in benches)], tree)
    return tree / "build/release/bin"
