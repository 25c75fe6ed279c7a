"""One edge with a real Redis for all cases: nothing that is sent to it may harm the next one."""
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from tests.conformance.exchange import SENTINEL_PAGE
from tests.support import certificates
from tests.support.programs import BIN, RedisServer
from tests.support.system import Edge


@pytest.fixture(scope="session")
def edge():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-conformance-"))
    keys = folder / "keys"
    subprocess.run([BIN / "waymark", "keys", "new", keys], check=True, stdout=subprocess.DEVNULL)
    redis = RedisServer(folder)
    redis.hset("wm:link:*/try", destination="https://shop.example/welcome")
    redis.hset("wm:link:*/sentinel", destination=SENTINEL_PAGE)
    certificate, key = certificates.make(folder / "tls", "go", ["go.example"])
    behind = folder / "behind.sock"
    edge = Edge(folder, redis.url, keys, socket=True, settings=[
        f"proxies.listen=unix:{behind}", f"tls.listen=unix:{behind}",
        f"tls.certificate={certificate}", f"tls.key={key}"])
    edge.behind, edge.certificate = behind, certificate  # a PROXY header, then TLS
    edge.start()
    edge.warm("/try")
    yield edge
    edge.kill()
    redis.kill()
    shutil.rmtree(folder, ignore_errors=True)
