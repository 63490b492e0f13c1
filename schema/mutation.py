"""What can be changed: one line of work for each field."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any

import strawberry

from resolvers.account import resolve_delete_user, resolve_update_user
from resolvers.errors import Several, UserError
from resolvers.importing import Imported, resolve_import_movie, resolve_import_movies, resolve_refresh_movie
from resolvers.movie import resolve_delete_movie
from resolvers.rating import resolve_delete_rating, resolve_rate_movie
from resolvers.session import (
    resolve_change_password,
    resolve_login,
    resolve_logout,
    resolve_logout_everywhere,
    resolve_refresh_tokens,
    resolve_register,
)
from resolvers.tokens import IssuedTokens
from schema.errors import payload_errors
from schema.ids import encode_id
from schema.inputs import (
    ChangePasswordInput,
    DeleteMovieInput,
    DeleteRatingInput,
    DeleteUserInput,
    ImportMovieInput,
    ImportMoviesInput,
    LoginInput,
    LogoutInput,
    RateMovieInput,
    RefreshMovieInput,
    RefreshTokensInput,
    RegisterInput,
    UpdateUserInput,
)
from schema.payloads import (
    ChangePasswordPayload,
    DeleteMoviePayload,
    DeleteRatingPayload,
    DeleteUserPayload,
    ImportMoviePayload,
    ImportMovieResult,
    ImportMoviesPayload,
    LoginPayload,
    LogoutEverywherePayload,
    LogoutPayload,
    Payload,
    RateMoviePayload,
    RefreshMoviePayload,
    RefreshTokensPayload,
    RegisterPayload,
    Tokens,
    UpdateUserPayload,
)
from schema.relation import Info
from schema.types import Movie, Rating, User

Register = Annotated[RegisterInput, strawberry.argument(description="Who registers.")]
Login = Annotated[LoginInput, strawberry.argument(description="Who logs in.")]
RefreshTokens = Annotated[RefreshTokensInput, strawberry.argument(description="Which session gets its next tokens.")]
Logout = Annotated[LogoutInput, strawberry.argument(description="Which session ends.")]
ChangePassword = Annotated[ChangePasswordInput, strawberry.argument(description="The password so far, and the new one.")]
UpdateUser = Annotated[UpdateUserInput, strawberry.argument(description="Whose profile, and what of it changes.")]
DeleteUser = Annotated[DeleteUserInput, strawberry.argument(description="Who is deleted.")]
ImportMovie = Annotated[ImportMovieInput, strawberry.argument(description="Which film, by one of its ids.")]
ImportMovies = Annotated[ImportMoviesInput, strawberry.argument(description="Which films.")]
RefreshMovie = Annotated[RefreshMovieInput, strawberry.argument(description="Which stored movie.")]
DeleteMovie = Annotated[DeleteMovieInput, strawberry.argument(description="Which stored movie.")]
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
    description="What can be changed. Each field does all of its work or none; what its rules refuse is told in its payload's `errors`. "
    "Where an access token is needed and none is sent, the field is null with an UNAUTHENTICATED error."
)
class Mutation:
    @mutation(
        RegisterPayload,
        description="Become a user, and log in. The rest of the request is the new user's. ALREADY_EXISTS where the username is taken. "
        "Costs 5 points.",
    )
    async def register(self, info: Info, input: Register) -> RegisterPayload | None:  # noqa: A002  # the argument's name in the schema
        begun = await resolve_register(info.context, input.username, input.password, input.display_name)
        return RegisterPayload(user=User(row=begun.user), tokens=_tokens(begun.tokens))

    @mutation(
        LoginPayload,
        description="Log in: begins a session. The rest of the request is its user's. WRONG_CREDENTIALS where the username or the password "
        "is wrong; repeated failures are RATE_LIMITED, as an error of the field, for a minute. Costs 5 points.",
    )
    async def login(self, info: Info, input: Login) -> LoginPayload | None:  # noqa: A002  # as above
        begun = await resolve_login(info.context, input.username, input.password)
        return LoginPayload(user=User(row=begun.user), tokens=_tokens(begun.tokens))

    @mutation(
        RefreshTokensPayload,
        description="A session's next tokens. Send it without an access token. WRONG_CREDENTIALS where the refresh token is unknown, "
        "expired or used: then log in again. One that is used twice ends its session.",
    )
    async def refresh_tokens(self, info: Info, input: RefreshTokens) -> RefreshTokensPayload | None:  # noqa: A002  # as above
        return RefreshTokensPayload(tokens=_tokens(await resolve_refresh_tokens(info.context, input.refresh_token)))

    @mutation(LogoutPayload, description="End the session that a refresh token belongs to, with its access tokens. Needs no access token.")
    async def logout(self, info: Info, input: Logout) -> LogoutPayload | None:  # noqa: A002  # as above
        await resolve_logout(info.context, input.refresh_token)
        return LogoutPayload()

    @mutation(LogoutEverywherePayload, description="End all of the viewer's sessions, this one too. Needs an access token.")
    async def logout_everywhere(self, info: Info) -> LogoutEverywherePayload | None:
        await resolve_logout_everywhere(info.context)
        return LogoutEverywherePayload()

    @mutation(
        ChangePasswordPayload,
        description="Change the viewer's password. All sessions end, and a new one begins. Needs an access token, and costs 5 points.",
    )
    async def change_password(self, info: Info, input: ChangePassword) -> ChangePasswordPayload | None:  # noqa: A002  # as above
        tokens = await resolve_change_password(info.context, input.current_password, input.new_password)
        return ChangePasswordPayload(tokens=_tokens(tokens))

    @mutation(
        UpdateUserPayload,
        description="Change a profile: what is absent stays, what is null is cleared. One's own; an admin may name another's. "
        "ALREADY_EXISTS where a new username is taken. Needs an access token.",
    )
    async def update_user(self, info: Info, input: UpdateUser) -> UpdateUserPayload | None:  # noqa: A002  # as above
        row = await resolve_update_user(info.context, input.account, input.changes())
        return UpdateUserPayload(user=User(row=row))

    @mutation(
        DeleteUserPayload,
        description="Delete a user with every rating, for good: oneself, with the password, or another, as an admin. Needs an access "
        "token, and costs 5 points with a password.",
    )
    async def delete_user(self, info: Info, input: DeleteUser) -> DeleteUserPayload | None:  # noqa: A002  # as above
        user_id = await resolve_delete_user(info.context, input.password, input.account)
        return DeleteUserPayload(deleted_user_id=strawberry.ID(encode_id("User", user_id)))

    @mutation(
        ImportMoviePayload,
        description="Store a film with what TMDB and the Movie Database know about it, for any signed-in user. One that is stored "
        "already is answered without asking them. One service is enough: `sources` says who has answered. Only films are stored. "
        "Costs 5 points.",
    )
    async def import_movie(self, info: Info, input: ImportMovie) -> ImportMoviePayload | None:  # noqa: A002  # as above
        imported = await resolve_import_movie(info.context, *input.ids())
        return ImportMoviePayload(movie=Movie(row=imported.movie), created=imported.created)

    @mutation(
        ImportMoviesPayload,
        description="Store up to 100 films as `importMovie` does; each stands or falls by itself. Costs 5 points for each.",
    )
    async def import_movies(self, info: Info, input: ImportMovies) -> ImportMoviesPayload | None:  # noqa: A002  # as above
        outcomes = await resolve_import_movies(info.context, input.imdb_ids)
        return ImportMoviesPayload(results=[_result(*each) for each in zip(input.imdb_ids, outcomes, strict=True)])

    @mutation(
        RefreshMoviePayload,
        description="Ask TMDB and the Movie Database anew about a stored movie, for any signed-in user. What neither tells any more "
        "stays, ratings too. Costs 5 points.",
    )
    async def refresh_movie(self, info: Info, input: RefreshMovie) -> RefreshMoviePayload | None:  # noqa: A002  # as above
        return RefreshMoviePayload(movie=Movie(row=await resolve_refresh_movie(info.context, input.imdb_id)))

    @mutation(DeleteMoviePayload, description="Delete a movie with everybody's ratings of it, for good; for admins, FORBIDDEN to others.")
    async def delete_movie(self, info: Info, input: DeleteMovie) -> DeleteMoviePayload | None:  # noqa: A002  # as above
        movie_id = await resolve_delete_movie(info.context, input.imdb_id)
        return DeleteMoviePayload(deleted_movie_id=strawberry.ID(encode_id("Movie", movie_id)))

    @mutation(
        RateMoviePayload,
        description="Rate a movie, or give another value to one's rating of it: each user has one rating of a movie at most. "
        "A film that is not stored yet is imported first, as `importMovie` does. Needs an access token.",
    )
    async def rate_movie(self, info: Info, input: RateMovie) -> RateMoviePayload | None:  # noqa: A002  # as above
        rating, movie = await resolve_rate_movie(info.context, input.imdb_id, input.value, input.scale.name)
        return RateMoviePayload(rating=Rating(row=rating), movie=Movie(row=movie))

    @mutation(
        DeleteRatingPayload,
        description="Take back one's rating of a movie; an admin may name whose. NOT_FOUND where there is none. Needs an access token.",
    )
    async def delete_rating(self, info: Info, input: DeleteRating) -> DeleteRatingPayload | None:  # noqa: A002  # as above
        rating_id, movie = await resolve_delete_rating(info.context, input.imdb_id, input.username)
        return DeleteRatingPayload(deleted_rating_id=strawberry.ID(encode_id("Rating", rating_id)), movie=Movie(row=movie))


def _tokens(issued: IssuedTokens) -> Tokens:
    return Tokens(**issued._asdict())


def _result(imdb_id: strawberry.ID, outcome: Imported | UserError) -> ImportMovieResult:
    if isinstance(outcome, UserError):
        return ImportMovieResult(imdb_id=imdb_id, error=payload_errors(outcome)[0])
    return ImportMovieResult(imdb_id=imdb_id, movie=Movie(row=outcome.movie), created=outcome.created)
