"""What can be asked: one line of work for each field."""

from typing import Annotated

import strawberry

from db.rows import MovieFilter as WantedMovies
from db.rows import MovieRow, UserRow
from resolvers.external import (
    resolve_discover_tmdb,
    resolve_search_movie_database,
    resolve_search_tmdb,
    resolve_tmdb_genres,
    resolve_tmdb_imdb_id,
    resolve_tmdb_movie,
)
from resolvers.movie import resolve_genres, resolve_movie, resolve_movies, resolve_movies_by_imdb_id
from resolvers.user import resolve_user, resolve_viewer
from resolvers.validation import check_ids
from schema.arguments import After, Before, First, ImdbId, Last, MovieOrderBy
from schema.external import MovieDatabasePage, MovieDatabaseType, TmdbGenre, TmdbMovie, TmdbMoviePage
from schema.inputs import MovieFilter
from schema.nodes import nodes_by_global_id
from schema.relation import Info, relation
from schema.types import Movie, MovieConnection, Node, User
from schema.values import Genre

GlobalId = Annotated[strawberry.ID, strawberry.argument(description="A global id, as every object's `id` gives it.")]
GlobalIds = Annotated[list[strawberry.ID], strawberry.argument(description="Global ids, 1 to 100.")]
ImdbIds = Annotated[list[strawberry.ID], strawberry.argument(description="IMDb ids, 1 to 100.")]
Username = Annotated[str, strawberry.argument(description="The username, in any case.")]
Filter = Annotated[MovieFilter | None, strawberry.argument(description="Which movies; all where absent.")]

SearchedWords = Annotated[str, strawberry.argument(description="Words of a title, at most 200 characters.")]
ReleaseYear = Annotated[int | None, strawberry.argument(description="The year of release; any where absent.")]
TitleType = Annotated[MovieDatabaseType | None, strawberry.argument(description="Only titles of this kind; all where absent.")]
TmdbPage = Annotated[int, strawberry.argument(description="Which page, 1 to 500.")]
TitlesPage = Annotated[int, strawberry.argument(description="Which page, 1 to 100.")]
TmdbId = Annotated[int | None, strawberry.argument(description="TMDB's number; excludes `imdbId`.")]
OfImdbId = Annotated[strawberry.ID | None, strawberry.argument(description="IMDb's id, such as `tt0111161`; excludes `tmdbId`.")]
OneTmdbId = Annotated[int, strawberry.argument(description="TMDB's number.")]
GenreId = Annotated[int, strawberry.argument(description="TMDB's number for the genre: see `tmdbGenres`, or `tmdbId` in `genres`.")]
MinVoteCount = Annotated[int, strawberry.argument(description="At least so many votes, so that one enthusiast's 10 does not win.")]

OUTSIDE = "An outside query: it costs 5 points, and counts towards the calls that a client may cause in a day unless the answer is kept."


@strawberry.type(
    description="What can be asked. A field that fails is null with an error, and the others stand. Each costs 1 point of what a client "
    "may spend in a minute, where it does not say otherwise, and 1 more for each started hundred of objects that its pages may hold; "
    "`extensions.cost` tells what was spent and what is left."
)
class Query:
    @strawberry.field(description="The object with a global id; null where there is none that the viewer may see.")
    async def node(self, info: Info, id: GlobalId) -> Node | None:  # noqa: A002  # the argument's name in the schema
        [node] = await nodes_by_global_id(info.context, [id])
        return node

    @strawberry.field(description="The objects with these global ids, in their order; null where there is none.")
    async def nodes(self, info: Info, ids: GlobalIds) -> list[Node | None] | None:
        check_ids("ids", ids)
        return await nodes_by_global_id(info.context, ids)

    @relation(
        resolve_viewer, description="Whom the access token belongs to; null without one. One that is not valid is answered with HTTP 401."
    )
    def viewer(self, user: UserRow | None) -> User | None:
        return None if user is None else User(row=user)

    @relation(
        resolve_user,
        description="A user by username; null where there is none. Private users are found too, by everybody: their fields say what is "
        "hidden of them.",
    )
    def user(self, user: UserRow | None, username: Username) -> User | None:
        return None if user is None else User(row=user)

    @relation(resolve_movie, description="A stored movie by IMDb id; null where it is not stored: `importMovie` stores it.")
    def movie(self, movie: MovieRow | None, imdb_id: ImdbId) -> Movie | None:
        return None if movie is None else Movie(row=movie)

    @strawberry.field(description="Stored movies by IMDb id, in the order asked; null where one is not stored.")
    async def movies_by_imdb_id(self, info: Info, imdb_ids: ImdbIds) -> list[Movie | None] | None:
        rows = await resolve_movies_by_imdb_id(info.context, imdb_ids)
        return [None if row is None else Movie(row=row) for row in rows]

    @strawberry.field(description="Stored movies: all, or those that a filter leaves, in any order, a page at a time.")
    async def movies(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # the argument's name in the schema
        order_by: MovieOrderBy = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> MovieConnection | None:
        wanted = filter.checked() if filter else WantedMovies()
        return MovieConnection(
            page=await resolve_movies(info.context, wanted, order_by.name if order_by else None, first, after, last, before),
            row=wanted,
        )

    @strawberry.field(description="The genres that stored movies have, in the order of their names.")
    async def genres(self, info: Info) -> list[Genre] | None:
        return [Genre(row=row) for row in await resolve_genres(info.context)]

    @strawberry.field(
        description=f"Titles in the X Rapid Movie Database Alternative (OMDb's data): films, series, episodes and games. {OUTSIDE}"
    )
    async def search_movie_database(
        self,
        info: Info,
        query: SearchedWords,
        year: ReleaseYear = None,
        type: TitleType = None,  # noqa: A002  # the argument's name in the schema
        page: TitlesPage = 1,
    ) -> MovieDatabasePage | None:
        kind = type.name if type else None
        return MovieDatabasePage(row=await resolve_search_movie_database(info.context, query, year, kind, page))

    @strawberry.field(description=f"Films in TMDB by title, the likeliest first. {OUTSIDE}")
    async def search_tmdb(self, info: Info, query: SearchedWords, year: ReleaseYear = None, page: TmdbPage = 1) -> TmdbMoviePage | None:
        return TmdbMoviePage(row=await resolve_search_tmdb(info.context, query, year, page))

    @strawberry.field(description=f"One film in TMDB by exactly one of its ids; null where TMDB does not know it. {OUTSIDE}")
    async def tmdb_movie(self, info: Info, tmdb_id: TmdbId = None, imdb_id: OfImdbId = None) -> TmdbMovie | None:
        film = await resolve_tmdb_movie(info.context, tmdb_id, imdb_id)
        return None if film is None else TmdbMovie(row=film)

    @strawberry.field(description=f"A genre's films in TMDB, the highest rated first among those with enough votes. {OUTSIDE}")
    async def discover_tmdb(
        self, info: Info, genre_id: GenreId, page: TmdbPage = 1, min_vote_count: MinVoteCount = 200
    ) -> TmdbMoviePage | None:
        return TmdbMoviePage(row=await resolve_discover_tmdb(info.context, genre_id, page, min_vote_count))

    @strawberry.field(description=f"The IMDb id of a film in TMDB; null where TMDB knows none. {OUTSIDE}")
    async def tmdb_imdb_id(self, info: Info, tmdb_id: OneTmdbId) -> strawberry.ID | None:
        imdb_id = await resolve_tmdb_imdb_id(info.context, tmdb_id)
        return None if imdb_id is None else strawberry.ID(imdb_id)

    @strawberry.field(description=f"TMDB's genres of films. {OUTSIDE}")
    async def tmdb_genres(self, info: Info) -> list[TmdbGenre] | None:
        return [TmdbGenre(row=genre) for genre in await resolve_tmdb_genres(info.context)]
