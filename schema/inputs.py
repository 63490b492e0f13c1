"""What clients send as objects."""

import strawberry

from db.rows import MovieFilter as WantedMovies
from resolvers.validation import movie_filter


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
