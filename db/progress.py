"""How far a load has come: a bar on a terminal, and elsewhere a line now and then."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, Self, TextIO

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0
_UNIT = " rows"
_LINE = "{n_fmt} of {total_fmt} rows, {rate_fmt}, {remaining} left"


class RowProgress:
    """Rows done of all, rows per second and the time left, on a stream: the progress that db/movielens.py tells."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._bar: tqdm[NoReturn] | None = None
        self._total = self._done = 0
        self._started = self._last_line = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def start(self, rows: int) -> None:
        self._total = rows
        self._started = self._last_line = self._clock()
        if self._stream.isatty():
            self._bar = tqdm(total=rows, unit=_UNIT, unit_scale=True, dynamic_ncols=True, file=self._stream)

    def advance(self, rows: int) -> None:
        self._done += rows
        if self._bar is not None:
            self._bar.update(rows)
        elif self._clock() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = self._clock()
            self._write_line()

    def note(self, line: str) -> None:
        """Write a line without tearing the bar."""
        tqdm.write(line, file=self._stream)

    def _write_line(self) -> None:
        elapsed = self._clock() - self._started
        self._stream.write(tqdm.format_meter(self._done, self._total, elapsed, unit=_UNIT, bar_format=_LINE) + "\n")
        self._stream.flush()
