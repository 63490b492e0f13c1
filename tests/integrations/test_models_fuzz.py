"""Whatever a service answers, it is read, or refused by an error that the client of the service knows."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AliasChoices, AliasPath, ValidationError
from pydantic.fields import FieldInfo

from integrations import movie_database, tmdb
from integrations.endpoint import reader
from integrations.errors import UpstreamError
from integrations.models import MovieDatabaseDetails, SiteRating, TmdbFind, TmdbGenre, TmdbMovie, TmdbMoviePage

READERS: list[Callable[[bytes], object]] = [
    tmdb._read_movie,
    tmdb._read_find,
    tmdb._read_imdb_id,
    reader(TmdbMoviePage),
    movie_database._read_search,
    movie_database._read_title,
    lambda body: movie_database._refusal(401, body),
]

SEEN = ["N/A", "tt0111161", "1999-03-31", "31 Mar 1999", "1 h 15 min", "2005–2014", "1,234", "8.2/10", "True", "False", "-0", "1e999"]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["N/A", "tt0111161", "1999-03-31", "31 Mar 1999", "1 h 15 min", "2005–2014", "1,234", "8.2/10", "True", "False", "-0", "1e999"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def names_of(record: type[Any]) -> set[str]:  # Any: one of the records
    """What the fields of a record are called in the service's answers."""
    return {name for field in fields(record) for name in _aliases(field.name, getattr(field.type, "__metadata__", ()))}


def _aliases(name: str, metadata: tuple[object, ...]) -> set[str]:
    found: set[str] = {name}
    for each in metadata:
        alias = each.validation_alias if isinstance(each, FieldInfo) else None
        for choice in alias.choices if isinstance(alias, AliasChoices) else [alias]:
            found |= {choice} if isinstance(choice, str) else {str(choice.path[0])} if isinstance(choice, AliasPath) else set()
    return found


NAMES = sorted({name for record in (TmdbMovie, TmdbGenre, TmdbFind, MovieDatabaseDetails, SiteRating) for name in names_of(record)})
WRAPPERS = ["results", "movie_results", "tv_results", "Search", "totalResults", "page", "total_pages", "total_results", "Response", "Error"]
ROWS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)
BODIES = st.binary(max_size=60) | (
    VALUES | ROWS | st.dictionaries(st.sampled_from(WRAPPERS + NAMES), VALUES | ROWS | st.lists(ROWS, max_size=3), max_size=8)
).map(lambda value: json.dumps(value).encode())


def test_the_names_are_those_of_the_services() -> None:
    assert {"id", "imdb_id", "external_ids", "title", "poster_path", "runtime", "imdbID", "Title", "Year", "Ratings", "Source"} <= set(
        NAMES
    )


@pytest.mark.parametrize("read", READERS)
@given(body=BODIES)
@settings(max_examples=150, deadline=None)
def test_any_body_is_read_or_refused(read: Callable[[bytes], object], body: bytes) -> None:
    try:
        answer = read(body)
    except (ValidationError, UpstreamError):
        return
    assert repr(answer)
    for rating in answer.ratings if isinstance(answer, MovieDatabaseDetails) else ():
        assert rating.score is None or 0 <= rating.score <= 10
