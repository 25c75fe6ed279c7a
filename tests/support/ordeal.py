"""A fault under load: clicks before, during and after it, and at its end the promise is looked at.

    with Ordeal(system) as load:
        system.redis.kill()
        load.run_until(CLICKS)
        system.redis.start()
"""
from tests.support.invariants import assert_all_stored_once
from tests.support.load import Load

CLICKS = 200


class Ordeal:
    """Visitors of the known link `try` must notice nothing; edge and tracker must go on; `promise`
    is called with the system and the tokens of all answers."""

    def __init__(self, system, promise=assert_all_stored_once):
        self._system, self._promise = system, promise
        self._load = Load([system.edge.port], ["/try"])

    def __enter__(self):
        self._system.edge.warm("/try")
        self._load.__enter__()
        self._load.run_until(CLICKS)
        return self._load

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self._load.run_until(CLICKS)
        finally:
            self._load.stop()
        if kind is None:
            assert self._load.statuses.keys() == {302}
            assert self._load.broken == 0
            assert self._system.edge.running() and self._system.tracker.running()
            self._promise(self._system, self._load.tokens)
