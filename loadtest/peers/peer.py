"""What every contestant of a comparison says of itself."""

import shutil
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).resolve().parent

# What becomes of an answered click. Only servers that say the same are compared as equals.
CEILING = "ceiling"
PROCESS = "lost with the process"
KEPT = "survives the process and Redis"
GUARANTEES = {
    CEILING: "records no click: a bound, no alternative",
    PROCESS: "an answered click is lost when the server's process or Redis dies",
    KEPT: "an answered click survives the death of the server's process and of Redis; a power loss "
          "takes at most the last second",
}


@dataclass
class Peer:
    """One server. start() makes `process`, `port`, and for those who write clicks `redis` and
    `stream`; `durable` asks for a Redis that keeps an append-only file."""

    name: str
    job: str
    guarantee: str
    durable: bool = False
    holds_links: bool = False
    process: object = None
    port: int = 0
    redis: object = None
    stream: object = None
    is_edge = False
    compiles = False  # its code, while it runs: it is slower until that is done

    def missing(self):
        """Why it cannot run here, with the remedy; None when it can."""
        return None

    def start(self, yard, answer):
        """`answer`: the header fields that the edge answers."""
        raise NotImplementedError


def lacks(program, package):
    if shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"):
        return None
    return (f"{program} is not installed (Debian package {package}): "
            "deploy/install-packages loadtest")


def fill_in(template, **words):
    text = template.read_text(encoding="ascii")
    for name, value in words.items():
        text = text.replace(f"@{name}@", str(value))
    return text
