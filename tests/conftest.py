"""Records for the tests: SQLite always, PostgreSQL where it is installed; `-m postgres` takes that half alone."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the nightly sweeps out, unless the run asks for markers itself (`-m slow`, `-m "slow or not slow"`)."""
    for item in items:
        # A file stays on one worker, so that its server or database starts once; shares of a sweep are spread.
        if not item.get_closest_marker("spread"):
            item.add_marker(pytest.mark.xdist_group(item.path.as_posix()))
    if config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def _programs() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if folders:
        return folders[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Cluster:
    """A private PostgreSQL server that listens on a socket in its own folder only."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="reprieve-pg-"))
        # The server refuses to run as root; root starts it as the user that the package made.
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user, self.user)
        self._run(
            "initdb", "-D", str(self.data), "-U", "clinic", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        settings = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", settings, "start")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"

    def new_database(self) -> str:
        name = f"clinic_{next(_numbers)}"
        self._run("createdb", "-h", str(self.folder), "-U", "clinic", name)
        return f"postgresql+psycopg://clinic@/{name}?host={self.folder}"

    def stop(self) -> None:
        try:
            self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here: no initdb under /usr/lib/postgresql or on the PATH")
    if os.getuid() == 0:
        import pwd

        try:
            pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("root may not run PostgreSQL, and there is no user postgres to run it as")
    pytest.importorskip("psycopg", reason="the driver is not installed (extra pg)")
    server = Cluster(programs)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_target(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes targets of new, empty records, on each kind of database."""
    if request.param == "sqlite":
        if os.environ.get("REPRIEVE_TEST_ENCRYPTED"):
            # By this flag the suite of the store runs on encrypted files.
            request.getfixturevalue("monkeypatch").setenv("REPRIEVE_DB_KEY", "ab" * 32)
            return lambda: f"sqlite+pysqlcipher:///{tmp_path / f'clinic-{next(_numbers)}.db'}"
        return lambda: str(tmp_path / f"clinic-{next(_numbers)}.db")
    server: Cluster = request.getfixturevalue("cluster")
    return server.new_database


@pytest.fixture
def target(new_target: Callable[[], str]) -> str:
    """The target of one new, empty record."""
    return new_target()


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The folder of recordings that the repository ships."""
    return Path(__file__).parent / "data" / "emg"


@pytest.fixture(scope="session")
def elsewhere() -> Callable[[str], str]:
    """Path of a recording that may not be shipped (GPL-3); skips when the folder is not named."""

    def find(name: str) -> str:
        folder = os.environ.get("REPRIEVE_RECORDINGS")
        if not folder or not (Path(folder) / name).exists():
            pytest.skip(f"{name} is not shipped; REPRIEVE_RECORDINGS names no folder that holds it")
        return str(Path(folder) / name)

    return find
