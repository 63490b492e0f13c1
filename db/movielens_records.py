"""What a MovieLens folder says, in the project's own terms: movies by IMDb id, and ratings in half points of ten.

Source of the format: the README.txt of the data sets.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from db.genres import canonical_genres
from db.movielens_files import BadRow, MovieLensFolder, Report, read_rows
from db.movielens_titles import parse_title

MAX_TITLE_LENGTH = 500
MAX_ID_DIGITS = 9
MAX_IMDB_DIGITS = 10
NO_GENRES = "(no genres listed)"
HALF_POINTS_BY_STARS = {text: 2 * halves for halves in range(1, 11) for text in (f"{halves / 2}", f"{halves / 2:g}")}
"""0.5 to 5 stars, as `4.0` or `4`; a star is two points of ten, four half points."""


@dataclass(frozen=True, slots=True)
class MovieLensMovie:
    movie_id: int
    imdb_id: str
    tmdb_id: int | None
    title: str
    original_title: str | None
    other_names: tuple[str, ...]
    year: int | None
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovieLensRating:
    user_id: int
    movie_id: int
    half_points: int
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class _Link:
    movie_id: int
    imdb_id: str
    tmdb_id: int | None


def read_movies(folder: MovieLensFolder, report: Report) -> Iterator[MovieLensMovie]:
    """The movies that have an IMDb id, each once. Of two movies with one TMDB id the second has none."""
    links = _read_links(folder.links, report)
    seen: set[int] = set()

    def parse(movie_id: str, title: str, genres: str) -> MovieLensMovie:
        link = links.get(_id("movieId", movie_id))
        if link is None:
            raise BadRow(f"movie {movie_id} has no IMDb id; a row in {folder.links.name} would give it one")
        _require_first(link.movie_id, seen)
        movie = _movie(link, title, genres)
        seen.add(link.movie_id)
        return movie

    for _, movie in read_rows(folder.movies, ("movieId", "title", "genres"), parse, report):
        yield movie


def read_ratings(folder: MovieLensFolder, movie_ids: Container[int], report: Report) -> Iterator[MovieLensRating]:
    """The ratings of these movies, in the file's order."""

    def parse(user_id: str, movie_id: str, stars: str, timestamp: str) -> MovieLensRating:
        rating = _rating(user_id, movie_id, stars, timestamp)
        if rating.movie_id not in movie_ids:
            raise BadRow(f"movie {movie_id} is unknown; it must stand in {folder.movies.name} and {folder.links.name}")
        return rating

    for _, rating in read_rows(folder.ratings, ("userId", "movieId", "rating", "timestamp"), parse, report):
        yield rating


def _read_links(file: Path, report: Report) -> dict[int, _Link]:
    links: dict[int, _Link] = {}
    by_imdb_id: dict[str, int] = {}
    by_tmdb_id: dict[int, int] = {}

    def parse(movie_id: str, imdb_id: str, tmdb_id: str) -> _Link:
        link = _Link(_id("movieId", movie_id), _imdb_id(imdb_id), _id("tmdbId", tmdb_id) if tmdb_id.strip() else None)
        _require_first(link.movie_id, links)
        if link.imdb_id in by_imdb_id:
            raise BadRow(f"IMDb id {link.imdb_id} is movie {by_imdb_id[link.imdb_id]} already; each movie has its own")
        return link

    for line, link in read_rows(file, ("movieId", "imdbId", "tmdbId"), parse, report):
        by_imdb_id[link.imdb_id] = link.movie_id
        links[link.movie_id] = link
        if link.tmdb_id is not None and (first := by_tmdb_id.setdefault(link.tmdb_id, link.movie_id)) != link.movie_id:
            report(
                f"{file.name}:{line}: TMDB id {link.tmdb_id} is movie {first} already; each movie has its own, so "
                f"movie {link.movie_id} is kept without one"
            )
            links[link.movie_id] = replace(link, tmdb_id=None)
    return links


def _movie(link: _Link, title: str, genres: str) -> MovieLensMovie:
    parsed = parse_title(title)
    if not parsed.title:
        raise BadRow("the title is empty; it must be there, like Heat (1995)")
    if len(title) > MAX_TITLE_LENGTH:
        raise BadRow(f"the title has {len(title)} characters; at most {MAX_TITLE_LENGTH} can be kept")
    return MovieLensMovie(
        movie_id=link.movie_id,
        imdb_id=link.imdb_id,
        tmdb_id=link.tmdb_id,
        title=parsed.title,
        original_title=parsed.original_title,
        other_names=parsed.other_names,
        year=parsed.year,
        genres=canonical_genres(genre for genre in genres.split("|") if genre != NO_GENRES),
    )


def _rating(user_id: str, movie_id: str, stars: str, timestamp: str) -> MovieLensRating:
    half_points = HALF_POINTS_BY_STARS.get(stars.strip())
    if half_points is None:
        raise BadRow(f"the rating is {stars!r}; it must be 0.5 to 5.0 stars, in halves")
    try:
        rated_at = datetime.fromtimestamp(_digits(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise BadRow(f"the timestamp is {timestamp!r}; it must be seconds since 1970, like 964982703") from None
    return MovieLensRating(_id("userId", user_id), _id("movieId", movie_id), half_points, rated_at)


def _require_first(movie_id: int, seen: Container[int]) -> None:
    if movie_id in seen:
        raise BadRow(f"movie {movie_id} stands in an earlier row already; it must have one row")


def _imdb_id(text: str) -> str:
    """`tt` and at least seven digits, as IMDb writes it; spreadsheets lose the leading zeros."""
    return f"tt{_id('imdbId', text, MAX_IMDB_DIGITS):07}"


def _id(column: str, text: str, max_digits: int = MAX_ID_DIGITS) -> int:
    try:
        number = _digits(text)
    except ValueError:
        number = 0
    if not 0 < number < 10**max_digits:
        raise BadRow(f"{column} is {text!r}; it must be a whole number of at most {max_digits} digits")
    return number


def _digits(text: str) -> int:
    """As int(), which would also take `1_000`, `+1` and the digits of other scripts."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit()):
        raise ValueError(text)
    return int(stripped)
