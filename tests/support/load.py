"""Visitors in numbers: threads that click through keep-alive connections and remember every answer
that arrived whole. What they remember must be in the store."""
import threading
import time

from tests.support.rawhttp import BROWSER, Connection, Incomplete


class Load:
    def __init__(self, ports, targets, visitors=8):
        self._ports, self._targets = list(ports), list(targets)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.tokens = []  # of complete answers
        self.statuses = {}
        self.broken = 0  # answers that did not arrive whole
        self._threads = [threading.Thread(target=self._visit, args=(n,)) for n in range(visitors)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def answered(self):
        with self._lock:
            return len(self.tokens)

    def run_until(self, clicks, seconds_max=60.0):
        """Waits until so many more clicks were answered."""
        goal = self.answered() + clicks
        end = time.monotonic() + seconds_max
        while self.answered() < goal:
            assert time.monotonic() < end, \
                f"only {self.answered()} of {goal} clicks: {self.statuses}"
            time.sleep(0.01)

    def _visit(self, number):
        turn = number
        connection = None
        while not self._stop.is_set():
            turn += 1
            try:
                if connection is None:
                    connection = Connection(self._ports[turn % len(self._ports)], seconds_max=3.0)
                target = self._targets[turn % len(self._targets)]
                answer = connection.request("GET", target, BROWSER)
                self._remember(answer)
                if answer.headers.get("connection", "").lower() == "close":
                    connection.close()
                    connection = None
            except (OSError, Incomplete):
                with self._lock:
                    self.broken += 1
                if connection is not None:
                    connection.close()
                    connection = None
                time.sleep(0.02)
        if connection is not None:
            connection.close()

    def _remember(self, answer):
        with self._lock:
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            token = answer.click_token()
            if token is not None:
                self.tokens.append(token)
