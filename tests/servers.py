"""The real servers that tests talk to: processes of their own, with their files in one folder, on a free port of 127.0.0.1.

Starting one raises MissingProgram, whose text says what to install, where the program is not on this machine.
"""

import itertools
import os
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 30.0


class MissingProgram(Exception):
    """A program that the tests start is not installed; the text says what to install."""


def find_program(name: str, package: str) -> str:
    # Servers often lie where a plain user's PATH does not lead.
    path = os.pathsep.join([*os.get_exec_path(), "/usr/local/sbin", "/usr/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise MissingProgram(
            f"The tests need {name}, which is not installed: make test installs it where it may,"
            f" and on Debian and Ubuntu 'sudo apt-get install {package}' does."
        )
    return found


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LocalServer(ABC):
    """A server process, which keeps its port when it is started again; as a context manager it runs inside the block."""

    hello = b""
    """What makes the server answer; nothing for one that greets first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The program and its arguments."""

    def start(self) -> None:
        """Start the server and return when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.command()[0]} did not start; it said:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        """The process of a server that runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Let the server finish and end; a server that does not run is left alone."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(SECONDS_TO_STOP)
            self._process = None

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(SECONDS_TO_STOP)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.stop()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                probe.sendall(self.hello)
                return probe.recv(1) != b""
        except OSError:
            return False


class MariaDB(LocalServer):
    """A MariaDB with one account that may do anything; data outlive a crash of the server, but not of the machine."""

    user = "cinegraph"
    password = "a-password-of-mariadb"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        # A socket's path has about a hundred characters at most, which the folders that pytest makes stay below.
        self.socket = folder / "s"
        self._data = folder / "data"
        self._names = (f"test_{number}" for number in itertools.count(1))

    def command(self) -> Sequence[str]:
        return [
            find_program("mariadbd", "mariadb-server-core mariadb-client-core"),
            "--no-defaults",
            *self._running_as(),
            f"--datadir={self._data}",
            f"--socket={self.socket}",
            f"--port={self.port}",
            f"--pid-file={self.folder / 'pid'}",
            f"--init-file={self._accounts()}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_unicode_ci",
            "--innodb-flush-method=nosync",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-buffer-pool-size=64M",
            "--innodb-doublewrite=0",
            "--innodb-fast-shutdown=2",
        ]

    def start(self) -> None:
        if not self._data.exists():
            self._make_data()
        super().start()

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database of this server."""
        return f"mysql+asyncmy://{self.user}:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_name(self) -> str:
        """A name for a database that this server has not had yet."""
        return next(self._names)

    def _make_data(self) -> None:
        subprocess.run(
            [
                find_program("mariadb-install-db", "mariadb-server-core mariadb-client-core"),
                "--no-defaults",
                *self._running_as(),
                f"--datadir={self._data}",
                "--auth-root-authentication-method=normal",
                "--skip-name-resolve",
                "--skip-test-db",
                "--innodb-flush-method=nosync",
            ],
            check=True,
            capture_output=True,
        )

    def _accounts(self) -> Path:
        accounts = self.folder / "accounts.sql"
        accounts.write_text(
            f"CREATE USER IF NOT EXISTS '{self.user}'@'%' IDENTIFIED BY '{self.password}';\nGRANT ALL ON *.* TO '{self.user}'@'%';\n"
        )
        return accounts

    @staticmethod
    def _running_as() -> list[str]:
        # Only root is asked to say so.
        return ["--user=root"] if os.getuid() == 0 else []


class Redis(LocalServer):
    """A Redis that keeps everything in memory."""

    hello = b"PING\r\n"

    def command(self) -> Sequence[str]:
        program = find_program("redis-server", "redis-server")
        return [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"
