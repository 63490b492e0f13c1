"""The Movie Database's API v3 (TMDB), as its reference at developer.themoviedb.org describes it."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from integrations.endpoint import DAY, HOUR, MINUTE, Endpoint, reader, reader_of_either
from integrations.errors import RefusedKey, Service, UpstreamError
from integrations.http import CallRules, HttpService, Parameters, Spend
from integrations.models import Rows, TmdbFind, TmdbGenre, TmdbMovie, TmdbMoviePage
from integrations.quirks import ImdbId, is_imdb_id
from integrations.shared_state import SharedState

TMDB = Service(name="TMDB", setting="TMDB_API_TOKEN", key_source="https://www.themoviedb.org/settings/api")
TMDB_BASE_URL = "https://api.themoviedb.org/3"
FOR_GOOD = 365 * DAY


@dataclass(frozen=True, slots=True)
class _GenreList:
    genres: Rows[TmdbGenre]


@dataclass(frozen=True, slots=True)
class _ExternalIds:
    id: int
    imdb_id: ImdbId


@dataclass(frozen=True, slots=True)
class _Failure:
    """TMDB's word, with status 404, for what it does not know."""

    status_code: Annotated[int, Field(strict=True)]


class TmdbClient:
    """Asks TMDB for films; `token` is an API read access token, None where there is none.

    Every method raises UpstreamError, and what `spend` raises, which is called before a call goes out and not for an
    answer that is kept. A film that TMDB does not know is None.
    """

    def __init__(
        self,
        token: str | None,
        *,
        cache: SharedState,
        base_url: str = TMDB_BASE_URL,
        rules: CallRules | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"} if token else None
        service = HttpService(TMDB, base_url, headers, _refusal, rules or CallRules())
        self._service = service
        self._pages = Endpoint(service, cache, reader(TmdbMoviePage), keep_seconds=5 * MINUTE)
        self._movies = Endpoint(service, cache, _read_movie, keep_seconds=HOUR)
        self._finds = Endpoint(service, cache, _read_find, keep_seconds=HOUR)
        self._imdb_ids = Endpoint(service, cache, _read_imdb_id, keep_seconds=FOR_GOOD)
        self._genres = Endpoint(service, cache, reader(_GenreList), keep_seconds=DAY)

    async def search(self, query: str, year: int | None = None, page: int = 1, *, spend: Spend | None = None) -> TmdbMoviePage:
        """Films by title, the likeliest first; `page` from 1 to 500."""
        parameters: Parameters = {"query": query, "page": page, "include_adult": "false"}
        if year is not None:
            parameters = {**parameters, "year": year}
        return await self._pages.ask("search/movie", parameters, spend=spend)

    async def discover(self, genre_id: int, page: int = 1, min_vote_count: int = 200, *, spend: Spend | None = None) -> TmdbMoviePage:
        """A genre's films, the highest rated first among those with enough votes; `page` from 1 to 500."""
        parameters: Parameters = {
            "with_genres": genre_id,
            "sort_by": "vote_average.desc",
            "vote_count.gte": min_vote_count,
            "page": page,
            "include_adult": "false",
        }
        return await self._pages.ask("discover/movie", parameters, spend=spend)

    async def movie(self, tmdb_id: int, *, spend: Spend | None = None, fresh: bool = False) -> TmdbMovie | None:
        """Everything about a film; `fresh` asks TMDB anew."""
        parameters = {"append_to_response": "external_ids"}
        return await self._movies.ask(f"movie/{tmdb_id:d}", parameters, spend=spend, fresh=fresh)

    async def find(self, imdb_id: str, *, spend: Spend | None = None, fresh: bool = False) -> TmdbFind | None:
        """What TMDB has under an IMDb id, in short; an id that is none is not asked for."""
        if not is_imdb_id(imdb_id):
            return None
        return await self._finds.ask(f"find/{imdb_id}", {"external_source": "imdb_id"}, spend=spend, fresh=fresh)

    async def imdb_id(self, tmdb_id: int, *, spend: Spend | None = None) -> str | None:
        """A film's IMDb id; None for one without, and for a film that TMDB does not know."""
        return await self._imdb_ids.ask(f"movie/{tmdb_id:d}/external_ids", spend=spend)

    async def imdb_ids(self, tmdb_ids: Iterable[int], *, spend: Spend | None = None) -> list[str | BaseException | None]:
        """Each film's IMDb id, in order and asked side by side; what kept one from being told stands in its place."""
        return await asyncio.gather(*(self.imdb_id(each, spend=spend) for each in tmdb_ids), return_exceptions=True)

    async def genres(self, *, spend: Spend | None = None) -> tuple[TmdbGenre, ...]:
        """TMDB's genres of films, named in English."""
        return (await self._genres.ask("genre/movie/list", spend=spend)).genres

    @property
    def calls(self) -> Mapping[tuple[str, str], int]:
        """How many calls went out, by the service's name and what came of them."""
        return {(self._service.service.name, outcome): count for outcome, count in self._service.calls.items()}

    async def close(self) -> None:
        for endpoint in (self._pages, self._movies, self._finds, self._imdb_ids, self._genres):
            await endpoint.close()
        await self._service.close()


def _refusal(status: int, _body: bytes) -> UpstreamError | None:
    return RefusedKey(TMDB) if status in {401, 403} else None


_read_movie_or_failure = reader_of_either(TmdbMovie, _Failure)
_read_find_or_failure = reader_of_either(TmdbFind, _Failure)
_read_ids_or_failure = reader_of_either(_ExternalIds, _Failure)


def _read_movie(body: bytes) -> TmdbMovie | None:
    answer = _read_movie_or_failure(body)
    return None if isinstance(answer, _Failure) else answer


def _read_find(body: bytes) -> TmdbFind | None:
    answer = _read_find_or_failure(body)
    return None if isinstance(answer, _Failure) or not (answer.movies or answer.is_television) else answer


def _read_imdb_id(body: bytes) -> str | None:
    answer = _read_ids_or_failure(body)
    return None if isinstance(answer, _Failure) else answer.imdb_id
