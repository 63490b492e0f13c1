"""Movie Database Alternative on RapidAPI, which hands on what OMDb answers: its parameters are those of omdbapi.com."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from math import ceil
from operator import attrgetter
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field, ValidationError

from integrations.endpoint import HOUR, MINUTE, Endpoint, reader, reader_of_either
from integrations.errors import QuotaExhausted, RefusedKey, Service, TooBroad, Unavailable, UpstreamError
from integrations.http import CallRules, HttpService, Spend
from integrations.models import (
    MovieDatabaseDetails,
    MovieDatabasePage,
    MovieDatabaseTitle,
    MovieDatabaseType,
    Rows,
    first_of_each,
)
from integrations.quirks import CountOrZero, is_imdb_id
from integrations.shared_state import SharedState

MOVIE_DATABASE = Service(
    name="The Movie Database Alternative",
    setting="MOVIE_DATABASE_API_KEY",
    key_source="https://rapidapi.com/rphrp1985/api/movie-database-alternative",
)
RAPIDAPI_HOST = "movie-database-alternative.p.rapidapi.com"
MOVIE_DATABASE_BASE_URL = f"https://{RAPIDAPI_HOST}/"
TITLES_A_PAGE = 10
LAST_PAGE = 100

MERGED = "#DUPE#"  # the title of an entry that turned out to be another one

# The second is what an id gets that is well-formed and unknown.
_UNKNOWN = re.compile(r"not found|^Error getting data|^Incorrect IMDb ID", re.IGNORECASE)
_NO_MORE_CALLS = re.compile(r"quota|limit reached", re.IGNORECASE)
_TOO_MANY = re.compile(r"^Too many results", re.IGNORECASE)
_KEY_REFUSED = re.compile(r"API key|not subscribed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    results: Annotated[
        Rows[MovieDatabaseTitle],
        AfterValidator(partial(first_of_each, key=attrgetter("imdb_id"))),
        Field(validation_alias="Search"),
    ]
    total_results: Annotated[CountOrZero, Field(validation_alias="totalResults")]


@dataclass(frozen=True, slots=True)
class _Failure:
    """OMDb's word, with status 200 as a rule; the gateway's before it; or an entry that lacks what a title has."""

    text: Annotated[str, Field(validation_alias=AliasChoices("Error", "message"))] = ""
    title: Annotated[str, Field(validation_alias="Title")] = ""


class MovieDatabaseClient:
    """Asks the Movie Database for titles; `api_key` is a RapidAPI key, None where there is none.

    Every method raises UpstreamError, and what `spend` raises, which is called before a call goes out and not for an
    answer that is kept.
    """

    def __init__(
        self,
        api_key: str | None,
        *,
        cache: SharedState,
        base_url: str = MOVIE_DATABASE_BASE_URL,
        rules: CallRules | None = None,
    ) -> None:
        headers = {"X-RapidAPI-Key": api_key, "X-RapidAPI-Host": _rapidapi_host(base_url)} if api_key else None
        service = HttpService(MOVIE_DATABASE, base_url, headers, _refusal, rules or CallRules(calls_per_second=20))
        self._service = service
        self._searches = Endpoint(service, cache, _read_search, keep_seconds=5 * MINUTE)
        self._titles = Endpoint(service, cache, _read_title, keep_seconds=HOUR)

    async def search(
        self,
        query: str,
        year: int | None = None,
        type: MovieDatabaseType | None = None,  # noqa: A002  # the service's and the schema's word
        page: int = 1,
        *,
        spend: Spend | None = None,
    ) -> MovieDatabasePage:
        """Titles that hold the words of `query`; `page` from 1 to 100. Raises TooBroad for one or two letters."""
        parameters: dict[str, str | int] = {"r": "json", "s": query, "page": page}
        if year is not None:
            parameters["y"] = year
        if type is not None:
            parameters["type"] = type.value
        found = await self._searches.ask("", parameters, spend=spend)
        total_pages = min(ceil(found.total_results / TITLES_A_PAGE), LAST_PAGE)
        return MovieDatabasePage(page, total_pages, found.total_results, found.results)

    async def title(self, imdb_id: str, *, spend: Spend | None = None, fresh: bool = False) -> MovieDatabaseDetails | None:
        """Everything about a title, None where it is unknown; `fresh` asks anew. An id that is none is not asked for."""
        if not is_imdb_id(imdb_id):
            return None
        return await self._titles.ask("", {"r": "json", "i": imdb_id}, spend=spend, fresh=fresh)

    @property
    def calls(self) -> Mapping[tuple[str, str], int]:
        """How many calls went out, by the service's name and what came of them."""
        return {(self._service.service.name, outcome): count for outcome, count in self._service.calls.items()}

    async def close(self) -> None:
        await self._searches.close()
        await self._titles.close()
        await self._service.close()


def _rapidapi_host(base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    return host if host.endswith(".rapidapi.com") else RAPIDAPI_HOST


_read_failure = reader(_Failure)
_read_found_or_failure = reader_of_either(_Found, _Failure)
_read_details_or_failure = reader_of_either(MovieDatabaseDetails, _Failure)


def _refusal(status: int, body: bytes) -> UpstreamError | None:
    try:
        text = _read_failure(body).text
    except ValidationError:
        text = ""
    if _NO_MORE_CALLS.search(text):
        return QuotaExhausted(MOVIE_DATABASE)
    if status in {401, 403} or _KEY_REFUSED.search(text):
        return RefusedKey(MOVIE_DATABASE)
    return None


def _read_search(body: bytes) -> _Found:
    answer = _read_found_or_failure(body)
    if isinstance(answer, _Found):
        return answer
    if _TOO_MANY.search(answer.text):
        raise TooBroad(MOVIE_DATABASE)
    if not _UNKNOWN.search(answer.text):
        raise _failed()
    return _Found((), 0)


def _read_title(body: bytes) -> MovieDatabaseDetails | None:
    answer = _read_details_or_failure(body)
    if isinstance(answer, MovieDatabaseDetails):
        return answer
    if answer.title != MERGED and not _UNKNOWN.search(answer.text):
        raise _failed()
    return None


def _failed() -> Unavailable:
    return Unavailable(MOVIE_DATABASE, "answered with an error of its own")
