"""What the emulated services know, read from catalogue.toml."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Title:
    title: str
    imdb_id: str | None = None
    tmdb_id: int | None = None
    original_title: str | None = None
    released: str = ""
    runtime_minutes: int = 0
    genre_ids: list[int] = field(default_factory=list)
    overview: str = ""
    vote_average: float = 0.0
    vote_count: int = 0
    languages: list[str] = field(default_factory=lambda: ["English"])
    countries: list[str] = field(default_factory=lambda: ["United States of America"])

    kind: str = "movie"
    omdb_title: str | None = None
    omdb_year: str | None = None
    omdb_released: str = "N/A"
    omdb_runtime: str = "N/A"
    omdb_genres: str = "N/A"
    director: str = "N/A"
    actors: str = "N/A"
    plot: str = "N/A"
    omdb_language: str = "English"
    omdb_country: str = "United States"
    poster: str = "N/A"
    imdb_rating: str = "N/A"
    imdb_votes: str = "N/A"
    other_ratings: dict[str, str] = field(default_factory=dict)

    def holds(self, query: str) -> bool:
        """Whether every word of `query` stands in one of its titles."""
        titles = f"{self.title} {self.original_title or ''}".casefold()
        return all(word in titles for word in query.casefold().split())


def read_catalogue() -> tuple[Title, ...]:
    file = Path(__file__).with_name("catalogue.toml")
    return tuple(Title(**fields) for fields in tomllib.loads(file.read_text(encoding="utf-8"))["titles"])
