"""What every client was told of its writes, and what may therefore be stored.

A write that was acknowledged is stored until the next one. Of a write that was not, nobody knows: it may have been carried out
before its answer was lost, so that afterwards either value may be stored, until another write is acknowledged.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping


class Ledger:
    """Values by key; a key that nobody has written has the value None. Each key's writes come one after the other."""

    def __init__(self) -> None:
        self._possible: defaultdict[Hashable, frozenset[object]] = defaultdict(lambda: frozenset({None}))
        self.acknowledged = 0

    def begin(self, key: Hashable, value: object) -> None:
        """A write is about to be sent."""
        self._possible[key] |= {value}

    def acknowledge(self, key: Hashable, value: object) -> None:
        """The server has said that this is stored."""
        self._possible[key] = frozenset({value})
        self.acknowledged += 1

    def possible(self, key: Hashable) -> frozenset[object]:
        return self._possible[key]

    def lost(self, stored: Mapping[Hashable, object]) -> Iterator[str]:
        """Each key whose stored value cannot be explained, in words."""
        for key in {*self._possible, *stored}:
            if stored.get(key) not in self._possible[key]:
                yield f"{key}: {stored.get(key)} is stored, and may be one of {sorted(map(str, self._possible[key]))}"
