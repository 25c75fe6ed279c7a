"""waymark-fault-proxy between two parts of the system; tests/faults/proxy/commands.hpp has its
language."""
import subprocess

from tests.support.programs import BIN, free_port


class FaultProxy:
    def __init__(self, server_port):
        """Forwards to a port of 127.0.0.1."""
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(
            [str(BIN / "waymark-fault-proxy"), str(self.port), f"127.0.0.1:{server_port}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.counts()  # it is there

    def do(self, command):
        """Returns its answer, once the fault is in force."""
        self._process.stdin.write(f"{command}\n")
        answer = self._process.stdout.readline().strip()
        assert answer and not answer.startswith("error"), f"{command}: {answer or 'proxy ended'}"
        return answer

    def counts(self):
        words = self.do("counts").split()
        return {name: int(value) for name, value in (word.split("=") for word in words)}

    def lead_to(self, server_port):
        """New connections go to another server; those that are there end."""
        self.do(f"server 127.0.0.1:{server_port}")
        self.do("cut")

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
