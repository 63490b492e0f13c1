"""What clients send as objects."""

import strawberry

from db.rows import MovieFilter as WantedMovies
from resolvers.account import UserChanges
from resolvers.validation import movie_filter
from schema.values import RatingScale


@strawberry.input(description="Whole numbers from one to another, both included; what is absent is unbounded.")
class IntRange:
    from_: int | None = strawberry.field(name="from", default=None, description="The lowest that fits; absent or null: no bound.")
    to: int | None = strawberry.field(default=None, description="The highest that fits; absent or null: no bound.")


@strawberry.input(description="Which movies are wanted: those that fit everything given. What is absent or null excludes nothing.")
class MovieFilter:
    search: str | None = strawberry.field(
        default=None,
        description="Words of the title or the original title, at most 200 characters, without regard to case, accents or "
        "punctuation; the last word may be unfinished. A blank search excludes nothing.",
    )
    genres: list[str] | None = strawberry.field(
        default=None, description="Genres that the movie has, every one of them; at most 20, in any case. See `genres`."
    )
    year: IntRange | None = strawberry.field(default=None, description="Years of release; excludes movies of an unknown year.")
    min_rating_count: int | None = strawberry.field(default=None, description="At least so many ratings; 0 or more.")
    imdb_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Only these movies, by IMDb id: 1 to 100.")

    def checked(self) -> WantedMovies:
        """The filter for the database; raises BadUserInput."""
        return movie_filter(
            search=self.search,
            genres=self.genres,
            year_from=self.year.from_ if self.year else None,
            year_to=self.year.to if self.year else None,
            min_rating_count=self.min_rating_count,
            imdb_ids=self.imdb_ids,
        )


@strawberry.input(description="Who registers.")
class RegisterInput:
    username: str = strawberry.field(
        description="The name to log in with: 3 to 32 of ASCII letters, digits, `_`, `-` and `.`, unique whatever its case."
    )
    password: str = strawberry.field(description="At least 8 characters and at most 1,024 bytes, and none of the commonest passwords.")
    display_name: str | None = strawberry.field(default=None, description="The name to show: one line of 1 to 64 characters.")


@strawberry.input(description="Who logs in.")
class LoginInput:
    username: str = strawberry.field(description="The username, in any case.")
    password: str = strawberry.field(description="The password.")


@strawberry.input(description="Which session gets its next tokens.")
class RefreshTokensInput:
    refresh_token: str = strawberry.field(description="The session's newest refresh token. One that is used twice ends the session.")


@strawberry.input(description="Which session ends.")
class LogoutInput:
    refresh_token: str = strawberry.field(description="A refresh token of the session.")


@strawberry.input(description="The password that the viewer has, and the one to have.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="The password so far.")
    new_password: str = strawberry.field(description="At least 8 characters and at most 1,024 bytes, and none of the commonest passwords.")


@strawberry.input(description="Who is deleted: the viewer, who gives the password once more, or another user, whom an admin names.")
class DeleteUserInput:
    password: str | None = strawberry.field(default=None, description="One's own password; needed to delete oneself.")
    account: str | None = strawberry.field(
        default=None, description="Who, by username; absent: oneself. Only an admin may name another user."
    )


@strawberry.input(description="Whose profile changes, and what of it: what is absent stays as it is, what is null is cleared.")
class UpdateUserInput:
    account: str | None = strawberry.field(
        default=None, description="Whose profile, by username; absent: one's own. Only an admin may name another user."
    )
    username: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A new username: 3 to 32 of ASCII letters, digits, `_`, `-` and `.`, unique whatever its case. It cannot be cleared.",
    )
    display_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name to show: one line of 1 to 64 characters. Null clears it."
    )
    bio: str | None = strawberry.field(default=strawberry.UNSET, description="Plain text of at most 1,000 characters. Null clears it.")
    is_private: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether ratings and figures are hidden from others. It cannot be cleared."
    )

    def changes(self) -> UserChanges:
        """What is given, null or not."""
        changes = UserChanges()
        if self.username is not strawberry.UNSET:
            changes["username"] = self.username
        if self.display_name is not strawberry.UNSET:
            changes["display_name"] = self.display_name
        if self.bio is not strawberry.UNSET:
            changes["bio"] = self.bio
        if self.is_private is not strawberry.UNSET:
            changes["is_private"] = self.is_private
        return changes


@strawberry.input(one_of=True, description="Which film to import, by exactly one of its ids.")
class ImportMovieInput:
    imdb_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="IMDb's id, such as `tt0111161`.")
    tmdb_id: int | None = strawberry.field(default=strawberry.UNSET, description="TMDB's number.")

    def ids(self) -> tuple[str | None, int | None]:
        """The IMDb id and the TMDB id, one of which is None."""
        return (
            None if self.imdb_id is strawberry.UNSET else self.imdb_id,
            None if self.tmdb_id is strawberry.UNSET else self.tmdb_id,
        )


@strawberry.input(description="Which films to import.")
class ImportMoviesInput:
    imdb_ids: list[strawberry.ID] = strawberry.field(description="IMDb ids, 1 to 100.")


@strawberry.input(description="Which movie to ask about anew.")
class RefreshMovieInput:
    imdb_id: strawberry.ID = strawberry.field(description="The stored movie's IMDb id.")


@strawberry.input(description="Which movie to delete.")
class DeleteMovieInput:
    imdb_id: strawberry.ID = strawberry.field(description="The stored movie's IMDb id.")


@strawberry.input(description="A rating to give: of which movie, and how good it is.")
class RateMovieInput:
    imdb_id: strawberry.ID = strawberry.field(description="The movie's IMDb id, such as `tt0111161`.")
    value: float = strawberry.field(
        description="How good it is, as one of the scale's twenty steps: 8.5 of TEN. What lies between two is INVALID, not rounded."
    )
    scale: RatingScale = strawberry.field(default=RatingScale.TEN, description="The scale that `value` is on.")


@strawberry.input(description="A rating to take back: of which movie, and whose.")
class DeleteRatingInput:
    imdb_id: strawberry.ID = strawberry.field(description="The movie's IMDb id, such as `tt0111161`.")
    username: str | None = strawberry.field(
        default=None, description="Whose rating, by username; absent: one's own. Only an admin may name another user."
    )
