"""What can be asked: one line of work for each field."""

from typing import Annotated

import strawberry

from db.rows import MovieFilter as WantedMovies
from db.rows import MovieRow, UserRow
from resolvers.movie import resolve_genres, resolve_movie, resolve_movies, resolve_movies_by_imdb_id
from resolvers.user import resolve_user, resolve_viewer
from resolvers.validation import check_ids
from schema.arguments import After, Before, First, ImdbId, Last, MovieOrderBy
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


@strawberry.type(description="What can be asked. A field that fails is null with an error, and the others stand.")
class Query:
    @strawberry.field(description="The object with a global id; null where there is none that the viewer may see.")
    async def node(self, info: Info, id: GlobalId) -> Node | None:  # noqa: A002  # the argument's name in the schema
        [node] = await nodes_by_global_id(info.context, [id])
        return node

    @strawberry.field(description="The objects with these global ids, in their order; null where there is none.")
    async def nodes(self, info: Info, ids: GlobalIds) -> list[Node | None] | None:
        check_ids("ids", ids)
        return await nodes_by_global_id(info.context, ids)

    @relation(resolve_viewer, description="Who the access token belongs to; null without one.")
    def viewer(self, user: UserRow | None) -> User | None:
        return None if user is None else User(row=user)

    @relation(resolve_user, description="A user by username; null where there is none.")
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

    @strawberry.field(description="The genres that stored movies have, by name.")
    async def genres(self, info: Info) -> list[Genre] | None:
        return [Genre(row=row) for row in await resolve_genres(info.context)]
