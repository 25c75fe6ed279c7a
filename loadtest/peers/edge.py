"""Waymark's edge as a contestant."""

from edge_answers import EDGE_SETTINGS
from peers.peer import KEPT, Peer
from stream import ClickStream


class Edge(Peer):
    def __init__(self, program, settings=(), tracker_runs=False):
        super().__init__("Waymark", "lookup, signed cookie, click; rules, classes, limits", KEPT,
                         holds_links=True)
        self.program, self.settings, self.tracker_runs = program, settings, tracker_runs
        self.is_edge = True

    def missing(self):
        return None if self.program.exists() else f"{self.program} is not built"

    def start(self, yard, answer=None):
        self.redis = yard.plain_redis()
        self.stream = ClickStream(self.redis.client, self.tracker_runs)
        self.process = yard.start_edge(self.program, [*EDGE_SETTINGS, *self.settings])
        self.port = yard.edge_port
