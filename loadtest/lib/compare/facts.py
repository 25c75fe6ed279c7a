"""Where and with what a run was made."""

import datetime
import platform
import re
import shlex
import subprocess
import sys
from pathlib import Path

from loader import REAL_TIME

VERSIONS = {"Redis": ["redis-server", "--version"], "nginx": ["/usr/sbin/nginx", "-v"],
            "HAProxy": ["/usr/sbin/haproxy", "-v"], "Node.js": ["node", "--version"],
            "wrk": ["wrk", "-v"]}


def facts(root):
    return {"machine": machine(), "kernel": platform.release(),
            **{name: version(command) for name, command in VERSIONS.items()},
            "real-time loader": "yes" if REAL_TIME else "no",
            "commit": said(["git", "-C", str(root), "describe", "--always", "--dirty"]),
            "command": "loadtest/compare " + shlex.join(sys.argv[1:]),
            "date": datetime.date.today().isoformat()}


def machine():
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="ascii"))
    return f"{len(models)} x {models[0]}" if models else platform.machine()


def version(command):
    found = re.search(r"\d+(\.\d+)+", said(command))
    return found[0] if found else "not installed"


def said(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return (done.stdout + done.stderr).strip()
