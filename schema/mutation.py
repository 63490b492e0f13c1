"""What can be changed: one line of work for each field."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any

import strawberry

from resolvers.account import resolve_update_user
from resolvers.errors import Several, UserError
from schema.errors import payload_errors
from schema.inputs import UpdateUserInput
from schema.payloads import Payload, UpdateUserPayload
from schema.relation import Info
from schema.types import User

UpdateUser = Annotated[UpdateUserInput, strawberry.argument(description="Whose profile, and what of it changes.")]


def mutation(
    payload: type[Payload], *, description: str
) -> Callable[[Callable[..., Awaitable[Any]]], Any]:  # Any: strawberry gives the field the type that the method's annotations say
    """A mutation whose refusals come back as its payload's `errors`; everything else that is raised is a top-level error."""

    def decorate(method: Callable[..., Awaitable[Any]]) -> Any:
        @wraps(method)
        async def resolve(self: object, info: Info, **arguments: Any) -> Any:
            try:
                return await method(self, info, **arguments)
            except (UserError, Several) as refused:
                return payload(errors=payload_errors(refused))
            finally:
                info.context.loaders.clear()  # what the operation read before may be wrong now

        return strawberry.mutation(resolver=resolve, description=description)

    return decorate


@strawberry.type(
    description="What can be changed. Each field does all of its work or none; what its rules refuse is told in its payload's `errors`."
)
class Mutation:
    @mutation(
        UpdateUserPayload,
        description="Change a profile: what is absent stays, what is null is cleared. One's own; an admin may name another's.",
    )
    async def update_user(self, info: Info, input: UpdateUser) -> UpdateUserPayload | None:  # noqa: A002  # the argument's name in the schema
        row = await resolve_update_user(info.context, input.account, input.changes())
        return UpdateUserPayload(user=User(row=row))
