"""Fields that follow a Relation: written as a pure function of what the relation leads to.

    @relation(resolve_rating_movie, description="The rated movie.")
    def movie(self, movie: MovieRow) -> "Movie":
        return Movie(row=movie)

The field loads through the operation's dataloaders; a plan takes the same relation and function, and loads a whole level at once.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from resolvers.context import Context
from resolvers.relations import Batch, Relation

Info = strawberry.Info[Context, None]


@dataclass(frozen=True)
class RelationField:
    """What a plan needs to know of a field: `assemble(self, value, **arguments)` is the field's value."""

    key: Callable[..., Any]  # Any: each relation has keys and values of its own
    batch: Batch[Any, Any]
    assemble: Callable[..., Any]


def plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A field's arguments as resolvers take them, who know nothing of the schema's enums."""
    return {name: value.value if isinstance(value, Enum) else value for name, value in arguments.items()}


def relation(
    followed: Relation[Any, Any], *, description: str
) -> Callable[[Callable[..., Any]], Any]:  # Any: strawberry gives the field the type that the function's annotations say
    """Make a field of `function(self, value, **arguments)`; the relation is given the arguments too, enums by their names."""

    def decorate(function: Callable[..., Any]) -> Any:
        signature = inspect.signature(function)
        self_parameter, _value, *arguments = signature.parameters.values()

        async def resolve(self: Any, info: Info, **given: Any) -> Any:
            arguments = plain(given)
            return function(self, await followed.load(info.context, getattr(self, "row", None), **arguments), **arguments)

        info_parameter = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
        keyword_arguments = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in arguments]
        resolve.__signature__ = signature.replace(  # type: ignore[attr-defined]  # inspect reads it from any callable
            parameters=[self_parameter, info_parameter, *keyword_arguments]
        )
        resolve.__annotations__ = {
            "info": Info,
            **{name: kind for name, kind in function.__annotations__.items() if name != _value.name},
        }
        resolve.__name__, resolve.__module__ = function.__name__, function.__module__
        resolve.relation_field = RelationField(followed.key, followed.batch, function)  # type: ignore[attr-defined]  # for relation_of()
        return strawberry.field(resolver=resolve, description=description)

    return decorate


def relation_of(field: StrawberryField) -> RelationField | None:
    """The relation that a field follows; None for any other field."""
    return getattr(field.base_resolver.wrapped_func, "relation_field", None) if field.base_resolver else None
