"""How far a run is, and how long it still takes."""

import time


class Progress:
    """`plan`: seconds that each step of a part may take, by part; a step names its key."""

    def __init__(self, plan):
        self.plan = {part: dict(steps) for part, steps in plan.items()}
        self.total = self.left()
        self.began = time.monotonic()

    def left(self):
        return sum(sum(steps.values()) for steps in self.plan.values())

    def done(self, part, text, key=None):
        """One step is over: that of `key`, or the next."""
        steps = self.plan[part]
        steps.pop(key if key is not None else next(iter(steps)))
        pace = (time.monotonic() - self.began) / max(1.0, self.total - self.left())
        print(f"{part}: {text}; about {self.left() * pace / 60:.1f} minutes left", flush=True)
