"""Fixtures of the Python tests. Each test has a folder and a system of its own."""
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tests.support.programs import BIN  # noqa: E402
from tests.support.system import System  # noqa: E402


def pytest_sessionstart(session):
    missing = [name for name in ("waymark", "waymark-redirect", "waymark-tracker",
                                 "waymark-fault-proxy")
               if not (BIN / name).exists()]
    if missing:
        pytest.exit(f"{', '.join(missing)} missing in {BIN}: build first (cmake --build --preset "
                    "release), or name another folder in WAYMARK_BIN", returncode=2)


@pytest.fixture
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="waymark-test-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def make_system(folder):
    """Makes a system that is not started yet; ended after the test."""
    made = []

    def make(**options):
        made.append(System(folder, **options))
        return made[-1]

    yield make
    for system in made:
        system.close()


@pytest.fixture
def system(make_system):
    """A running system with one campaign and one link, `try`."""
    return make_system().start().with_link()


@pytest.fixture
def proxied(make_system):
    """The same, with a proxy before Redis for the edge and one for the tracker."""
    return make_system(proxied=True).start().with_link()
