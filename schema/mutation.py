"""What can be changed: one line of work for each field."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any

import strawberry

from resolvers.account import resolve_update_user
from resolvers.errors import Several, UserError
from resolvers.rating import resolve_delete_rating, resolve_rate_movie
from schema.errors import payload_errors
from schema.ids import encode_id
from schema.inputs import DeleteRatingInput, RateMovieInput, UpdateUserInput
from schema.payloads import DeleteRatingPayload, Payload, RateMoviePayload, UpdateUserPayload
from schema.relation import Info
from schema.types import Movie, Rating, User

UpdateUser = Annotated[UpdateUserInput, strawberry.argument(description="Whose profile, and what of it changes.")]
RateMovie = Annotated[RateMovieInput, strawberry.argument(description="The rating to give.")]
DeleteRating = Annotated[DeleteRatingInput, strawberry.argument(description="The rating to take back.")]


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

    @mutation(
        RateMoviePayload,
        description="Rate a movie, or give another value to one's rating of it: each user has one rating of a movie at most.",
    )
    async def rate_movie(self, info: Info, input: RateMovie) -> RateMoviePayload | None:  # noqa: A002  # as above
        rating, movie = await resolve_rate_movie(info.context, input.imdb_id, input.value, input.scale.name)
        return RateMoviePayload(rating=Rating(row=rating), movie=Movie(row=movie))

    @mutation(DeleteRatingPayload, description="Take back one's rating of a movie; an admin may name whose.")
    async def delete_rating(self, info: Info, input: DeleteRating) -> DeleteRatingPayload | None:  # noqa: A002  # as above
        rating_id, movie = await resolve_delete_rating(info.context, input.imdb_id, input.username)
        return DeleteRatingPayload(deleted_rating_id=strawberry.ID(encode_id("Rating", rating_id)), movie=Movie(row=movie))
