"""One vocabulary of genres, whatever the source: TMDB's names where it has one, else the source's own.

Source of the names and ids: TMDB's list of movie genres (GET /genre/movie/list).
"""

import re
from collections.abc import Iterable

TMDB_GENRE_IDS = {
    "Action": 28,
    "Adventure": 12,
    "Animation": 16,
    "Comedy": 35,
    "Crime": 80,
    "Documentary": 99,
    "Drama": 18,
    "Family": 10751,
    "Fantasy": 14,
    "History": 36,
    "Horror": 27,
    "Music": 10402,
    "Mystery": 9648,
    "Romance": 10749,
    "Science Fiction": 878,
    "TV Movie": 10770,
    "Thriller": 53,
    "War": 10752,
    "Western": 37,
}

_BY_OTHER_NAME = {
    "children": "Family",
    "children's": "Family",
    "sci-fi": "Science Fiction",
    "sci fi": "Science Fiction",
    "film noir": "Film-Noir",
    "imax": "IMAX",
    "reality-tv": "Reality-TV",
}
_BY_FOLDED_NAME = {name.casefold(): name for name in TMDB_GENRE_IDS} | _BY_OTHER_NAME
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def canonical_genre(name: str) -> str:
    """A genre's one name: `Sci-Fi` is `Science Fiction`, `children` is `Family`, `SPORT` is `Sport`."""
    words = " ".join(name.split())
    return _BY_FOLDED_NAME.get(words.casefold()) or _WORD.sub(lambda word: word[0].capitalize(), words)


def canonical_genres(names: Iterable[str]) -> tuple[str, ...]:
    """The distinct canonical names, in the order of their first mention; blank names are left out."""
    return tuple(dict.fromkeys(canonical_genre(name) for name in names if name.strip()))


def tmdb_genre_id(name: str) -> int | None:
    """TMDB's id of a genre by any of its names, or None where TMDB has no such genre."""
    return TMDB_GENRE_IDS.get(canonical_genre(name))
