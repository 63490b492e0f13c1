"""What TMDB and the Movie Database answer, as clients see it."""

from datetime import date
from enum import Enum

import strawberry

from db.rows import MovieRow
from integrations import models
from resolvers.external import (
    resolve_movie_database_title_movie,
    resolve_tmdb_movie_genres,
    resolve_tmdb_movie_imdb_id,
    resolve_tmdb_movie_movie,
)
from schema.relation import relation
from schema.types import Movie

STORED = "The stored movie, to rate and to read on; null until it is imported. A page's are read together."


@strawberry.type(description="A genre of TMDB's.")
class TmdbGenre:
    row: strawberry.Private[models.TmdbGenre]

    @strawberry.field(description="TMDB's number for it, as `discoverTmdb` takes it.")
    def tmdb_id(self) -> int:
        return self.row.tmdb_id

    @strawberry.field(description="Its name in English, as stored movies have it too: `Science Fiction`.")
    def name(self) -> str:
        return self.row.name


@strawberry.type(description="A film as TMDB tells it just now, stored here or not.")
class TmdbMovie:
    row: strawberry.Private[models.TmdbMovie]

    @strawberry.field(description="TMDB's number, as `tmdbMovie` and `importMovie` take it.")
    def tmdb_id(self) -> int:
        return self.row.tmdb_id

    @relation(
        resolve_tmdb_movie_imdb_id,
        description="IMDb's id, such as `tt0111161`; null where TMDB knows none. In lists TMDB is asked for it only when it is "
        "selected: one call more for each film of the page that nobody has asked for before.",
    )
    def imdb_id(self, imdb_id: str | Exception | None) -> strawberry.ID | None:
        if isinstance(imdb_id, Exception):
            raise imdb_id
        known = self.row.imdb_id or imdb_id
        return None if known is None else strawberry.ID(known)

    @strawberry.field(description="The title in English, as far as there is one.")
    def title(self) -> str:
        return self.row.title

    @strawberry.field(description="The title in the film's own language, often the same; null where it is unknown.")
    def original_title(self) -> str | None:
        return self.row.original_title

    @strawberry.field(description="What happens, in a few sentences of English; null where nobody has told.")
    def overview(self) -> str | None:
        return self.row.overview

    @strawberry.field(description="The day of the first release; null where it is unknown.")
    def release_date(self) -> date | None:
        return self.row.release_date

    @strawberry.field(description="The length in minutes; null where it is unknown, and in lists, which do not tell it: `tmdbMovie` does.")
    def runtime_minutes(self) -> int | None:
        return self.row.runtime_minutes

    @strawberry.field(description="The genres; empty where TMDB names none.")
    def genres(self) -> list[TmdbGenre]:
        return [TmdbGenre(row=genre) for genre in resolve_tmdb_movie_genres(self.row)]

    @strawberry.field(description="The mean of TMDB's own users' votes, from 0 to 10; null while nobody has voted.")
    def vote_average(self) -> float | None:
        return self.row.vote_average

    @strawberry.field(description="How many of TMDB's users have voted.")
    def vote_count(self) -> int:
        return self.row.vote_count

    @strawberry.field(description="A poster's address, an image about 500 pixels wide at TMDB; null where there is none.")
    def poster_url(self) -> str | None:
        return self.row.poster_url

    @relation(resolve_tmdb_movie_movie, description=STORED)
    def movie(self, movie: MovieRow | None) -> Movie | None:
        return None if movie is None else Movie(row=movie)


@strawberry.type(description="A page of films, as TMDB pages them: twenty at most, without what is for adults.")
class TmdbMoviePage:
    row: strawberry.Private[models.TmdbMoviePage]

    @strawberry.field(description="Which page this is, from 1 on.")
    def page(self) -> int:
        return self.row.page

    @strawberry.field(description="How many pages can be asked for: 500 at most, however many films there are.")
    def total_pages(self) -> int:
        return self.row.total_pages

    @strawberry.field(description="How many films TMDB finds.")
    def total_results(self) -> int:
        return self.row.total_results

    @strawberry.field(description="The films; empty behind the last page.")
    def results(self) -> list[TmdbMovie]:
        return [TmdbMovie(row=film) for film in self.row.results]


@strawberry.enum(description="What kind of title the Movie Database tells about. Only films can be imported.")
class MovieDatabaseType(Enum):
    MOVIE = strawberry.enum_value("MOVIE", description="A film.")
    SERIES = strawberry.enum_value("SERIES", description="A series, whole.")
    EPISODE = strawberry.enum_value("EPISODE", description="One episode of a series.")
    GAME = strawberry.enum_value("GAME", description="A video game.")


@strawberry.type(description="A title that the Movie Database finds, stored here or not.")
class MovieDatabaseTitle:
    row: strawberry.Private[models.MovieDatabaseTitle]

    @strawberry.field(description="IMDb's id, as `importMovie` and `rateMovie` take it.")
    def imdb_id(self) -> strawberry.ID:
        return strawberry.ID(self.row.imdb_id)

    @strawberry.field(description="The title in English, as a rule.")
    def title(self) -> str:
        return self.row.title

    @strawberry.field(description="The year of release, of a series the first; null where it is unknown.")
    def year(self) -> int | None:
        return self.row.year

    @strawberry.field(description="The last year of a series that has ended; null for a single year.")
    def year_end(self) -> int | None:
        return self.row.year_end

    @strawberry.field(description="What kind of title it is.")
    def type(self) -> MovieDatabaseType:
        return MovieDatabaseType[self.row.type.name]

    @strawberry.field(description="A poster's address at another host; null where there is none.")
    def poster_url(self) -> str | None:
        return self.row.poster_url

    @relation(resolve_movie_database_title_movie, description=STORED)
    def movie(self, movie: MovieRow | None) -> Movie | None:
        return None if movie is None else Movie(row=movie)


@strawberry.type(description="A page of titles, as the Movie Database pages them: ten at most.")
class MovieDatabasePage:
    row: strawberry.Private[models.MovieDatabasePage]

    @strawberry.field(description="Which page this is, from 1 on.")
    def page(self) -> int:
        return self.row.page

    @strawberry.field(description="How many pages there are: 100 at most, however many titles there are.")
    def total_pages(self) -> int:
        return self.row.total_pages

    @strawberry.field(description="How many titles the Movie Database finds.")
    def total_results(self) -> int:
        return self.row.total_results

    @strawberry.field(description="The titles; empty where none is found, and behind the last page.")
    def results(self) -> list[MovieDatabaseTitle]:
        return [MovieDatabaseTitle(row=title) for title in self.row.results]
