"""A relation is how one row leads to others: declared once as a key and a batch function, and used in two ways.

Field by field, `load()` collects the keys of sibling fields in a dataloader; a plan, which has all of a level's rows at hand, calls
`key()` and `batch` itself. Either way a level of an operation costs one statement at most, however many rows it has: none where its
rows came along with those above.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from resolvers.context import Context

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

Batch = Callable[["Context", Sequence[Key]], Awaitable[Mapping[Key, Value]]]
"""Takes distinct keys, and gives their values by key; None is the value of a key that is left out."""


@dataclass(frozen=True)
class Relation(Generic[Key, Value]):
    """`key(context, row, **arguments)` says what to ask `batch` for; where it is None the relation leads nowhere, to None."""

    key: Callable[..., Key | None]
    batch: Batch[Key, Value]

    async def load(self, context: "Context", row: object, **arguments: Any) -> Value | None:  # Any: the field's own arguments
        key = self.key(context, row, **arguments)
        return None if key is None else await context.load(self.batch, key)
