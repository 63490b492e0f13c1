"""A bar where somebody watches, a quiet line now and then where nobody does."""

import io
import os
import re
import termios
from contextlib import suppress

from db.progress import RowProgress


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_into_a_file_goes_a_line_at_most_every_five_seconds() -> None:
    clock, file = Clock(), io.StringIO()
    with RowProgress(file, clock) as progress:
        progress.start(10_000)
        clock.seconds += 4
        progress.advance(2_000)
        assert file.getvalue() == ""
        clock.seconds += 1
        progress.advance(500)
        progress.advance(500)
    assert file.getvalue() == "2500 of 10000 rows, 500.00 rows/s, 00:15 left\n"


def test_on_a_terminal_a_bar_tells_rows_per_second_and_the_time_left() -> None:
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (24, 100))
    with os.fdopen(slave, "w", encoding="utf-8") as terminal, RowProgress(terminal) as progress:
        progress.start(10_000)
        progress.note("movies.csv:7: the title is empty")
        progress.advance(10_000)
    shown = _everything_on(master)
    assert "\rmovies.csv:7: the title is empty\r\n" in shown
    assert "0.00/10.0k [00:00<?, ? rows/s]" in shown
    assert re.search(r"100%\|█+\| 10\.0k/10\.0k \[00:00<00:00, [0-9.]+[kM]? ?rows/s\]", shown)


def _everything_on(master: int) -> str:
    shown = b""
    with os.fdopen(master, "rb", buffering=0) as screen, suppress(OSError):  # a closed terminal's end is an error
        while part := screen.read(1000):
            shown += part
    return shown.decode()
