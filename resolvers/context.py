"""What every resolver of one operation is given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from db.database import Database, Reader
from resolvers.access import Viewer
from resolvers.errors import Unauthenticated
from resolvers.loaders import Loaders
from resolvers.relations import Batch, Key

Value = TypeVar("Value")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Context:
    """One operation's database connection, viewer and dataloaders; nothing in it outlives the operation."""

    database: Database
    viewer: Viewer | None = None
    request_id: str = ""
    now: Callable[[], datetime] = utc_now
    reader: Reader = field(init=False)
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.reader = self.database.reader()
        self.loaders = Loaders(self)

    def require_viewer(self) -> Viewer:
        """The only gate: raises Unauthenticated where nobody is signed in."""
        if self.viewer is None:
            raise Unauthenticated
        return self.viewer

    async def load(self, batch: Batch[Key, Value], key: Key) -> Value:
        return await self.loaders.load(batch, key)
