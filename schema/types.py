"""User, Movie and Rating with their connections: what is stored, as clients see it."""

from datetime import date, datetime

import orjson
import strawberry

from db.rows import Distribution, MovieDetailsRow, MovieFilter, MovieRow, Page, RatingRow, UserRow
from resolvers.movie import (
    resolve_movie_details,
    resolve_movie_rating_distribution,
    resolve_movie_ratings,
    resolve_movie_viewer_rating,
    resolve_movies_total_count,
    resolve_ratings_hidden_count,
)
from resolvers.rating import resolve_rating_movie, resolve_rating_user
from resolvers.scales import on_scale
from resolvers.user import resolve_user_rating, resolve_user_rating_distribution, resolve_user_ratings
from resolvers.validation import empty_page
from schema.arguments import After, Before, First, ImdbId, Last, RatingOrderBy, Scale
from schema.connections import Connection, Edge
from schema.ids import encode_id
from schema.relation import relation
from schema.values import (
    ExternalRating,
    MovieSource,
    RatingBucket,
    RatingOrder,
    RatingScale,
    average_of,
    buckets_of,
    external_ratings_of,
    genres_of,
)

DETAILS = "Fetched only when selected."
PRIVATE = "is the user's own and admins' to see while the user is private"


@strawberry.interface(description="Anything with a global id, by which `node` and `nodes` find it again.")
class Node:
    row: strawberry.Private[UserRow | MovieRow | RatingRow]

    @strawberry.field(description="The global id: opaque, unique across all types, and never reused.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(encode_id(type(self).__name__, self.row.id))


@strawberry.type(description="Somebody who rates movies.")
class User(Node):
    row: strawberry.Private[UserRow]

    @strawberry.field(description="The name to sign in with, as it was typed; found whatever its case, and changeable by its user.")
    def username(self) -> str:
        return self.row.username

    @strawberry.field(description="The name to show, at most 64 characters; null where none is given: show the username.")
    def display_name(self) -> str | None:
        return self.row.display_name

    @strawberry.field(description="What the user says of themself, plain text of at most 1,000 characters; null where nothing is said.")
    def bio(self) -> str | None:
        return self.row.bio

    @strawberry.field(
        description="Whether ratings and figures are the user's own and admins' to see. Others get an empty list, 0 and null; "
        "the ratings still count in their movies' figures, without a name."
    )
    def is_private(self) -> bool:
        return self.row.is_private

    @strawberry.field(description="Whether the user is an admin; null to everybody but the user and admins.")
    def is_admin(self) -> bool | None:
        return self.row.is_admin

    @strawberry.field(description="When the user registered.")
    def created_at(self) -> datetime:
        return self.row.created_at

    @strawberry.field(description=f"How many movies the user has rated. It {PRIVATE}: 0 to others.")
    def rating_count(self) -> int:
        return self.row.rating_count

    @strawberry.field(
        description=f"The mean of the user's ratings, from 0.5 to 10 and not rounded; null without ratings. It {PRIVATE}: null to others."
    )
    def average_rating(self) -> float | None:
        return average_of(self.row.rating_sum, self.row.rating_count)

    @relation(
        resolve_user_rating_distribution,
        description=f"The user's ratings counted by value: always twenty buckets, from 0.5 up to 10. It {PRIVATE}: all 0 to others.",
    )
    def rating_distribution(self, distribution: Distribution | None) -> list[RatingBucket]:
        return buckets_of(distribution)

    @relation(
        resolve_user_ratings,
        description="The user's ratings, each with its movie. They are the user's own and admins' to see while the user is "
        "private: an empty list to others.",
    )
    def ratings(
        self,
        page: Page[RatingRow] | None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        order_by: RatingOrderBy = RatingOrder.NEWEST,
    ) -> "RatingConnection":
        return RatingConnection(page=page or empty_page(), row=self.row)

    @relation(
        resolve_user_rating,
        description="The user's rating of one movie; null where there is none, or where the user is private and the viewer a stranger.",
    )
    def rating(self, rating: RatingRow | None, imdb_id: ImdbId) -> "Rating | None":
        return None if rating is None else Rating(row=rating)


@strawberry.type(description="A film that is stored here, and can be rated.")
class Movie(Node):
    row: strawberry.Private[MovieRow]

    @strawberry.field(description="IMDb's id, such as `tt0111161`: what `movie`, `rateMovie` and `importMovie` take.")
    def imdb_id(self) -> strawberry.ID:
        return strawberry.ID(self.row.imdb_id)

    @strawberry.field(description="TMDB's number; null where it is unknown.")
    def tmdb_id(self) -> int | None:
        return self.row.tmdb_id

    @strawberry.field(description="The title as people write it: `The Matrix`.")
    def title(self) -> str:
        return self.row.title

    @strawberry.field(description="The title in the film's own language; null where it is unknown or the same.")
    def original_title(self) -> str | None:
        return self.row.original_title

    @strawberry.field(description="The year of release; null where it is unknown.")
    def year(self) -> int | None:
        return self.row.year

    @strawberry.field(description="The day of the first release; null where it is unknown.")
    def release_date(self) -> date | None:
        return self.row.release_date

    @strawberry.field(description="The length in minutes; null where it is unknown.")
    def runtime_minutes(self) -> int | None:
        return self.row.runtime_minutes

    @strawberry.field(description="A poster's address, an image about 500 pixels wide at another host; null where there is none.")
    def poster_url(self) -> str | None:
        return self.row.poster_url

    @strawberry.field(
        description="The genres, in one vocabulary whatever the source: `Science Fiction`, `Family`; empty where they are unknown. "
        "See `Query.genres`."
    )
    def genres(self) -> list[str]:
        return genres_of(self.row.genres)

    @relation(resolve_movie_details, description=f"What happens, in a few sentences of English; null where nobody has told. {DETAILS}")
    def plot(self, details: MovieDetailsRow) -> str | None:
        return details.plot

    @relation(resolve_movie_details, description=f"The directors' names; empty where they are unknown. {DETAILS}")
    def directors(self, details: MovieDetailsRow) -> list[str]:
        return _names(details.directors)

    @relation(resolve_movie_details, description=f"The leading actors' names, as billed; empty where they are unknown. {DETAILS}")
    def actors(self, details: MovieDetailsRow) -> list[str]:
        return _names(details.actors)

    @relation(resolve_movie_details, description=f"The languages spoken, by their English names; empty where they are unknown. {DETAILS}")
    def languages(self, details: MovieDetailsRow) -> list[str]:
        return _names(details.languages)

    @relation(
        resolve_movie_details,
        description=f"The countries it was made in, by their English names; empty where they are unknown. {DETAILS}",
    )
    def countries(self, details: MovieDetailsRow) -> list[str]:
        return _names(details.countries)

    @relation(
        resolve_movie_details,
        description=f"What other sites make of it, as told when it was imported or last refreshed; empty where nobody has told. {DETAILS}",
    )
    def external_ratings(self, details: MovieDetailsRow) -> list[ExternalRating]:
        return external_ratings_of(details.external_ratings)

    @relation(
        resolve_movie_details,
        description=f"Who has told us about the movie so far; `refreshMovie` asks those that are missing. {DETAILS}",
    )
    def sources(self, details: MovieDetailsRow) -> list[MovieSource]:
        return [MovieSource[name] for name in _names(details.sources)]

    @relation(resolve_movie_details, description=f"When the movie was stored. {DETAILS}")
    def imported_at(self, details: MovieDetailsRow) -> datetime:
        return details.imported_at

    @relation(
        resolve_movie_details,
        description=f"When what is told about the movie was last changed; ratings do not move it. {DETAILS}",
    )
    def updated_at(self, details: MovieDetailsRow) -> datetime:
        return details.updated_at

    @strawberry.field(
        description="The mean of all ratings, private users' too, from 0.5 to 10 and not rounded; null until somebody has rated it."
    )
    def average_rating(self) -> float | None:
        return average_of(self.row.rating_sum, self.row.rating_count)

    @strawberry.field(
        description="How many users have rated it, private ones too; so it may be more than `ratings.totalCount`, which leaves out "
        "those that the viewer may not see."
    )
    def rating_count(self) -> int:
        return self.row.rating_count

    @relation(
        resolve_movie_rating_distribution,
        description=f"All ratings, private users' too, counted by value: always twenty buckets, from 0.5 up to 10. {DETAILS}",
    )
    def rating_distribution(self, distribution: Distribution) -> list[RatingBucket]:
        return buckets_of(distribution)

    @relation(
        resolve_movie_viewer_rating,
        description="The viewer's own rating; null where there is none or nobody is signed in. A page's are read together.",
    )
    def viewer_rating(self, rating: RatingRow | None) -> "Rating | None":
        return None if rating is None else Rating(row=rating)

    @relation(
        resolve_movie_ratings,
        description="The ratings that the viewer may see: those of users who are not private, one's own, and to an admin all.",
    )
    def ratings(
        self,
        page: Page[RatingRow],
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        order_by: RatingOrderBy = RatingOrder.NEWEST,
    ) -> "RatingConnection":
        return RatingConnection(page=page, row=self.row)


@strawberry.type(description="What one user makes of one movie.")
class Rating(Node):
    row: strawberry.Private[RatingRow]

    @strawberry.field(description="The value, exactly as it was given: one of the twenty steps of the scale asked for.")
    def value(self, scale: Scale = RatingScale.TEN) -> float:
        return on_scale(self.row.half_points, scale.name)

    @strawberry.field(description="When the present value was given: rating again moves it.")
    def rated_at(self) -> datetime:
        return self.row.rated_at

    @relation(resolve_rating_user, description="Who gave the rating. A private user's ratings are shown to nobody else but admins.")
    def user(self, user: UserRow) -> User:
        return User(row=user)

    @relation(resolve_rating_movie, description="The rated movie.")
    def movie(self, movie: MovieRow) -> Movie:
        return Movie(row=movie)


@strawberry.type(description="One rating in a list, with its place there.")
class RatingEdge(Edge):
    row: strawberry.Private[RatingRow]

    @strawberry.field(description="The rating.")
    def node(self) -> Rating:
        return Rating(row=self.row)


@strawberry.type(description="One movie in a list, with its place there.")
class MovieEdge(Edge):
    row: strawberry.Private[MovieRow]

    @strawberry.field(description="The movie.")
    def node(self) -> Movie:
        return Movie(row=self.row)


@strawberry.type(description="A page of ratings. Walking pages neither repeats nor skips one, whatever is added meanwhile.")
class RatingConnection(Connection):
    page: strawberry.Private[Page[RatingRow]]
    row: strawberry.Private[UserRow | MovieRow]

    @strawberry.field(description="The page's ratings with their cursors.")
    def edges(self) -> list[RatingEdge]:
        return [RatingEdge(row=row, order=self.page.order, key=key) for row, key in zip(self.page.rows, self.page.keys, strict=True)]

    @strawberry.field(description="The page's ratings, for those who need no cursors; caches that merge pages go by `edges`.")
    def nodes(self) -> list[Rating]:
        return [Rating(row=row) for row in self.page.rows]

    @relation(
        resolve_ratings_hidden_count,
        description="How many ratings the whole list has that the viewer may see. Counted only when selected.",
    )
    def total_count(self, hidden: int | None) -> int:
        return self.row.rating_count - (hidden or 0)


@strawberry.type(description="A page of movies. Walking pages neither repeats nor skips one, whatever is added meanwhile.")
class MovieConnection(Connection):
    page: strawberry.Private[Page[MovieRow]]
    row: strawberry.Private[MovieFilter]

    @strawberry.field(description="The page's movies with their cursors.")
    def edges(self) -> list[MovieEdge]:
        return [MovieEdge(row=row, order=self.page.order, key=key) for row, key in zip(self.page.rows, self.page.keys, strict=True)]

    @strawberry.field(description="The page's movies, for those who need no cursors; caches that merge pages go by `edges`.")
    def nodes(self) -> list[Movie]:
        return [Movie(row=row) for row in self.page.rows]

    @relation(
        resolve_movies_total_count,
        description="How many movies the filter leaves; of a search, how many were ranked: at most the best few thousand. "
        "Counted only when selected.",
    )
    def total_count(self, count: int) -> int:
        return count


def _names(json: str) -> list[str]:
    names: list[str] = orjson.loads(json)
    return names
