"""Hosts for tests of the network: namespaces of this machine, joined by a cable that can be cut.

What is started `with host.inside():` lives there: programs, and threads of the test itself. Needs
root and the right to make namespaces; `why_not()` says what is missing."""
import contextlib
import ctypes
import os
import shutil
import subprocess

PREFIX = "waymark-"
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    done = subprocess.run(["ip", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(map(str, words))}: {done.stderr}"


def why_not():
    """Why there can be no hosts here; None when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need the package iproute2"
    name = f"{PREFIX}probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode != 0:
        return f"network namespaces are not permitted here: {made.stderr.strip()}"
    ip("netns", "del", name)
    return None


class Host:
    def __init__(self, name, address):
        self.name = f"{PREFIX}{name}-{os.getpid()}"
        self.address = address
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")

    @contextlib.contextmanager
    def inside(self):
        with open("/proc/thread-self/ns/net") as outside, open(f"/run/netns/{self.name}") as here:
            enter(here)
            try:
                yield
            finally:
                enter(outside)

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)


def enter(namespace):
    if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Cable:
    """Joins two hosts. Its ends are called as the hosts' places: `wm0` and `wm1`."""

    NOWHERE = "02:00:00:00:00:99"  # an address that neither end has

    def __init__(self, left, right):
        self.ends = [(left, "wm0", right), (right, "wm1", left)]
        ip("-n", left.name, "link", "add", "wm0", "type", "veth", "peer", "name", "wm1",
           "netns", right.name)
        for host, end, _ in self.ends:
            ip("-n", host.name, "address", "add", f"{host.address}/24", "dev", end)
            ip("-n", host.name, "link", "set", end, "up")

    def pull(self):
        """Both sides see that the cable is out."""
        for host, end, _ in self.ends:
            ip("-n", host.name, "link", "set", end, "down")

    def plug(self):
        for host, end, _ in self.ends:
            ip("-n", host.name, "link", "set", end, "up")

    def swallow(self):
        """What is sent vanishes, and nobody is told."""
        for host, end, other in self.ends:
            ip("-n", host.name, "neighbour", "replace", other.address, "lladdr", self.NOWHERE,
               "dev", end, "nud", "permanent")

    def pass_on(self):
        for host, end, other in self.ends:
            ip("-n", host.name, "neighbour", "del", other.address, "dev", end)
