"""What a process has asked of its database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from db.rendering import Result


class Connections(NamedTuple):
    """How many of a pool's connections somebody holds or makes, and how many are there to be taken."""

    in_use: int
    idle: int


@dataclass(slots=True)
class Usage:
    """Counts since the process began: plain numbers, because every statement adds to them."""

    statements: int = 0
    rows: int = 0
    waits: int = 0
    """Times that every connection of the pool was taken."""
    wait_seconds: float = 0.0

    def count(self, result: Result) -> Result:
        """Note a statement that was run."""
        self.statements += 1
        self.rows += len(result.rows)
        return result

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Note a wait for a connection, from entering to leaving."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.waits += 1
            self.wait_seconds += time.monotonic() - began
