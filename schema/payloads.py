"""What mutations answer: what they changed, or why they changed nothing."""

from datetime import datetime
from enum import Enum

import strawberry

from schema.types import Movie, Rating, User


@strawberry.enum(description="Why a mutation was refused. The message says it in words, these are for programs.")
class UserErrorCode(Enum):
    INVALID = strawberry.enum_value("INVALID", description="An input breaks a rule: `field` says which input, and `message` which rule.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="There is nothing of the name or id that was given.")
    ALREADY_EXISTS = strawberry.enum_value("ALREADY_EXISTS", description="The username is taken.")
    WRONG_CREDENTIALS = strawberry.enum_value(
        "WRONG_CREDENTIALS", description="The username, the password or the refresh token is not right; which of them is not said."
    )
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="Signed in, but not allowed: it is for admins.")
    UPSTREAM_UNAVAILABLE = strawberry.enum_value(
        "UPSTREAM_UNAVAILABLE", description="An outside service did not answer: trying again later may help."
    )
    UPSTREAM_NOT_CONFIGURED = strawberry.enum_value(
        "UPSTREAM_NOT_CONFIGURED", description="The server has no key for an outside service, or one that is refused."
    )


@strawberry.type(description="Something that a mutation's rules refused, and that its user can mend. Nothing was changed.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What kind of refusal it is: what programs go by.")
    message: str = strawberry.field(
        description="A sentence of English to show: what was wrong, and what would be right. Its words may change."
    )
    field: list[str] | None = strawberry.field(
        default=None, description='The path of the input to blame, such as `["input", "value"]`; null where it is none alone.'
    )


@strawberry.type(description="What every mutation answers.")
class Payload:
    errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="What was refused, all that was found at once; empty where the mutation has done its work. Otherwise nothing was "
        "changed, and the payload's other fields are null (lists empty).",
    )


@strawberry.type(description="What a session is used by: short access tokens, and a refresh token to get the next ones with.")
class Tokens:
    access_token: str = strawberry.field(description="Goes with each request, as `Authorization: Bearer TOKEN`; valid for 15 minutes.")
    access_token_expires_at: datetime = strawberry.field(description="Until when the access token is valid, if its session lasts.")
    refresh_token: str = strawberry.field(
        description="What `refreshTokens` takes, once: keep it secret, and replace it by the one that comes back."
    )
    refresh_token_expires_at: datetime = strawberry.field(description="Until when the refresh token is valid: 30 days.")


@strawberry.type(description="What `register` answers.")
class RegisterPayload(Payload):
    user: User | None = strawberry.field(default=None, description="The new user.")
    tokens: Tokens | None = strawberry.field(default=None, description="The tokens of the user's first session.")


@strawberry.type(description="What `login` answers.")
class LoginPayload(Payload):
    user: User | None = strawberry.field(default=None, description="Who has logged in.")
    tokens: Tokens | None = strawberry.field(default=None, description="The tokens of a new session; others go on.")


@strawberry.type(description="What `refreshTokens` answers.")
class RefreshTokensPayload(Payload):
    tokens: Tokens | None = strawberry.field(default=None, description="The session's next tokens.")


@strawberry.type(description="What `logout` answers.")
class LogoutPayload(Payload):
    pass


@strawberry.type(description="What `logoutEverywhere` answers.")
class LogoutEverywherePayload(Payload):
    pass


@strawberry.type(description="What `changePassword` answers.")
class ChangePasswordPayload(Payload):
    tokens: Tokens | None = strawberry.field(default=None, description="The tokens of a new session: all others have ended.")


@strawberry.type(description="What `updateUser` answers.")
class UpdateUserPayload(Payload):
    user: User | None = strawberry.field(default=None, description="The user, changed.")


@strawberry.type(description="What `deleteUser` answers.")
class DeleteUserPayload(Payload):
    deleted_user_id: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of the user who is gone, to take them out of lists and caches."
    )


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


@strawberry.type(description="What `importMovie` answers.")
class ImportMoviePayload(Payload):
    movie: Movie | None = strawberry.field(default=None, description="The movie, stored now or before.")
    created: bool | None = strawberry.field(default=None, description="Whether it was stored just now: false where it was here already.")


@strawberry.type(description="What became of one id that `importMovies` was given: a movie, or an error.")
class ImportMovieResult:
    imdb_id: strawberry.ID = strawberry.field(description="The id, as it was given.")
    movie: Movie | None = strawberry.field(default=None, description="The movie, stored now or before; null where it was refused.")
    created: bool | None = strawberry.field(default=None, description="Whether it was stored just now; null where it was refused.")
    error: UserError | None = strawberry.field(default=None, description="Why it is not stored; null where it is.")


@strawberry.type(description="What `importMovies` answers.")
class ImportMoviesPayload(Payload):
    results: list[ImportMovieResult] = strawberry.field(
        default_factory=list, description="What became of each id, in the order asked, and the same for one that stands there twice."
    )


@strawberry.type(description="What `refreshMovie` answers.")
class RefreshMoviePayload(Payload):
    movie: Movie | None = strawberry.field(default=None, description="The movie with what is told about it now.")


@strawberry.type(description="What `deleteMovie` answers.")
class DeleteMoviePayload(Payload):
    deleted_movie_id: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of the movie that is gone, to take it out of lists and caches."
    )
