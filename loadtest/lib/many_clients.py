"""Thousands of connections, each with its command once a second, spread evenly: what the edges of
a large deployment say while nobody clicks."""

import resource
import time

from processes import RunError
from redis_client import Redis

SLICE_SECONDS = 0.002


def allow_descriptors(count):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise RunError(f"{count} open files are needed and {hard} allowed: ulimit -Hn {count}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


class Clients:
    def __init__(self, port, count):
        self.connections = [Redis(port) for _ in range(count)]

    def close(self):
        for connection in self.connections:
            connection.close()

    def beat(self, seconds, commands_of):
        """Each connection sends `commands_of(its number)` once a second and reads the replies.
        Returns how often any did."""
        sent, begin = 0, time.monotonic()
        while (elapsed := time.monotonic() - begin) < seconds:
            due = int(elapsed * len(self.connections))
            for number in range(sent, due):
                at = number % len(self.connections)
                self.connections[at].pipeline(commands_of(at))
            sent = max(sent, due)
            time.sleep(SLICE_SECONDS)
        return sent

    def drain(self):
        """Throws away what has been pushed; returns the number of bytes."""
        received = 0
        for connection in self.connections:
            connection.socket.setblocking(False)
            try:
                while data := connection.socket.recv(1 << 16):
                    received += len(data)
            except BlockingIOError:
                pass
            connection.socket.setblocking(True)
        return received
