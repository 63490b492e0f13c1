"""The disk of the SQLite file is full: writes are refused, reads go on, and all is well once there is room again."""

import asyncio
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cinegraph import Cinegraph
from tests.databases import sqlite_url
from tests.faults.conftest import Note, fill
from tests.faults.endurance import endure
from tests.faults.traffic import AWAY

FULL_SECONDS = 10
SMALL_DISK_BYTES = 32 * 1024 * 1024


async def test_files_that_may_not_grow(tmp_path: Path, note: Note) -> None:
    """The server's process is forbidden to write beyond the first bytes of any file, as a quota would."""
    url = sqlite_url(tmp_path / "cinegraph.db")
    await fill(url)
    with Cinegraph(tmp_path, url, LOG_LEVEL="error") as server:
        assert server._process is not None
        process = server._process.pid

        async def fault() -> None:
            _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
            resource.prlimit(process, resource.RLIMIT_FSIZE, (4096, most))
            await asyncio.sleep(FULL_SECONDS)
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most, most))

        endured = note(await endure(f"SQLite file may not grow for {FULL_SECONDS} s", fault, [server.address], url))

    endured.assert_it_is_endured(AWAY)
    assert endured.failed != []


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of SMALL_DISK_BYTES; only root may mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"A small disk can be mounted by root alone: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_a_disk_without_room(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, note: Note) -> None:
    with small_disk(tmp_path_factory.mktemp("disk")) as disk:
        url, filler = sqlite_url(disk / "cinegraph.db"), disk / "filler"
        await fill(url)

        async def fault() -> None:
            fill_up(filler)
            await asyncio.sleep(FULL_SECONDS)
            filler.unlink()

        with Cinegraph(tmp_path, url, LOG_LEVEL="error") as server:
            endured = note(await endure(f"disk of the SQLite file full for {FULL_SECONDS} s", fault, [server.address], url))

    endured.assert_it_is_endured(AWAY)
    assert endured.failed != []


def fill_up(file: Path) -> None:
    """Write until there is no room."""
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(os.urandom(65536))
        except OSError:
            return
