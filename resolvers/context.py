"""What every resolver of one operation is given."""

from collections.abc import Awaitable, Collection, Iterable, Mapping, Sized
from dataclasses import dataclass, field
from typing import Any, TypeVar

from db.connection import Connection
from db.lookups import FEW
from resolvers.access import Viewer
from resolvers.errors import Unauthenticated
from resolvers.loaders import Loaders
from resolvers.relations import Batch, Key
from resolvers.services import Services

Value = TypeVar("Value")


@dataclass(slots=True)
class Context:
    """One operation's database connection, viewer and dataloaders; nothing in it outlives the operation.

    `address` tells clients apart that are not signed in: it is what failed logins are counted by.
    `resolved_roots` holds what root fields gave by response key, for whoever has to finish what another began.
    `expected` says, as far as that is known, what the operation will ask of what: each pair's second batch function for the rows that
    the first gives. What comes along with other rows saves a statement.
    """

    services: Services
    viewer: Viewer | None = None
    request_id: str = ""
    address: str = ""
    resolved_roots: dict[str, object] = field(default_factory=dict)
    expected: Collection[tuple[Batch[Any, Any], Batch[Any, Any]]] = ()
    loaders: Loaders = field(default_factory=Loaders, init=False)
    _reader: Connection | None = field(default=None, init=False)

    @property
    def reader(self) -> Connection:
        if self._reader is None:
            self._reader = self.services.database.reader()
        return self._reader

    def require_viewer(self) -> Viewer:
        """The only gate: raises Unauthenticated where nobody is signed in."""
        if self.viewer is None:
            raise Unauthenticated
        return self.viewer

    def lookups(self, keys: Sized) -> Connection:
        """Where to look these keys up: a few along with those of other operations, which share statements."""
        return self.services.database.lookups if len(keys) <= FEW else self.reader

    def load(self, batch: Batch[Key, Value], key: Key) -> Awaitable[Value | None]:
        return self.loaders.load(self, batch, key)

    def load_many(self, batch: Batch[Key, Value], keys: Iterable[Key]) -> Awaitable[Mapping[Key, Value | None]]:
        return self.loaders.load_many(self, batch, keys)
