"""What mutations answer: what they changed, or why they changed nothing."""

from enum import Enum

import strawberry

from schema.types import Movie, Rating, User


@strawberry.enum(description="Why a mutation was refused. The message says it in words, these are for programs.")
class UserErrorCode(Enum):
    INVALID = strawberry.enum_value("INVALID", description="An input breaks a rule.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="There is nothing of the name or id that was given.")
    ALREADY_EXISTS = strawberry.enum_value("ALREADY_EXISTS", description="It is taken.")
    WRONG_CREDENTIALS = strawberry.enum_value(
        "WRONG_CREDENTIALS", description="The username, the password or the refresh token is not right; which of them is not said."
    )
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="Signed in, but not allowed.")
    UPSTREAM_UNAVAILABLE = strawberry.enum_value(
        "UPSTREAM_UNAVAILABLE", description="An outside service did not answer: trying again later may help."
    )
    UPSTREAM_NOT_CONFIGURED = strawberry.enum_value(
        "UPSTREAM_NOT_CONFIGURED", description="The server has no key for an outside service, or one that is refused."
    )


@strawberry.type(description="Something that a mutation's rules refused, and that its user can mend. Nothing was changed.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What kind of refusal it is.")
    message: str = strawberry.field(description="A sentence to show: what was wrong, and what would be right.")
    field: list[str] | None = strawberry.field(
        default=None, description='The path of the input to blame, such as `["input", "value"]`; null where it is none alone.'
    )


@strawberry.type(description="What every mutation answers.")
class Payload:
    errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="Why nothing was changed, everything that was found at once; empty where all is well. "
        "While it is not, the other fields are null (and lists empty).",
    )


@strawberry.type(description="What `updateUser` answers.")
class UpdateUserPayload(Payload):
    user: User | None = strawberry.field(default=None, description="The user, changed.")


@strawberry.type(description="What `rateMovie` answers.")
class RateMoviePayload(Payload):
    rating: Rating | None = strawberry.field(default=None, description="The rating as it is now.")
    movie: Movie | None = strawberry.field(default=None, description="The movie, with the rating counted in its figures.")


@strawberry.type(description="What `deleteRating` answers.")
class DeleteRatingPayload(Payload):
    deleted_rating_id: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of the rating that is gone, to take it out of lists and caches."
    )
    movie: Movie | None = strawberry.field(default=None, description="The movie, without the rating in its figures.")
