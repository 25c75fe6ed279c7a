"""strace as a hand in a running program: its system calls fail, or kill it."""
import shutil
import subprocess

import pytest


def require_strace():
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (deploy/install-packages test)")
    done = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True,
                          text=True, timeout=20)
    if done.returncode != 0:
        pytest.skip(f"strace may not trace here: {done.stderr.strip()}")


class Tracing:
    """`inject` as in strace's manual: `msync:error=EIO`, `sendto:signal=KILL:when=3`. In force when
    this has been made, until release()."""

    def __init__(self, program, folder, inject):
        require_strace()
        calls = inject.partition(":")[0]
        self.trace = folder / f"trace-{program.name}"
        self._strace = subprocess.Popen(
            ["strace", "-f", "-s", "400", "-o", str(self.trace), "-e", f"trace={calls}", "-e",
             f"inject={inject}", "-p", str(program.process.pid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = self._strace.stderr.readline()
        assert "attached" in said, said

    def seen(self):
        """The trace so far, a line for each call."""
        return self.trace.read_text()

    def release(self):
        """Lets the program go on alone; fine when it has ended. Returns the trace."""
        if self._strace.poll() is None:
            self._strace.terminate()
        self._strace.wait(timeout=20)
        self._strace.stderr.close()
        return self.seen()
