"""waymark-steady as the loader: a fixed rate, times from when each request was due."""

import json
import os
import signal
import subprocess

from processes import RunError

# The loader must not wait for a core behind what it measures beside; needs root.
REAL_TIME = ["chrt", "-f", "1"] if os.geteuid() == 0 else []


class Steady:
    """Runs until stop()."""

    def __init__(self, program, port, rate, request_file, core):
        self.popen = subprocess.Popen(
            ["taskset", "-c", str(core), *REAL_TIME, str(program), str(port), str(rate), "86400",
             str(request_file)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def stop(self):
        """Returns the figures."""
        self.popen.send_signal(signal.SIGTERM)
        out, _ = self.popen.communicate(timeout=30)
        if self.popen.returncode != 0:
            raise RunError(f"waymark-steady ended with code {self.popen.returncode}")
        return json.loads(out)
