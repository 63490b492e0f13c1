"""MovieLens folders made of a few rows."""

import gzip
from collections.abc import Sequence
from pathlib import Path

LINKS = ("1,0111161,278", "2,0133093,603", "3,1049413,14160")
MOVIES = (
    '1,"Shawshank Redemption, The (1994)",Crime|Drama',
    '2,"Matrix, The (1999)",Action|Sci-Fi|Thriller',
    "3,Up (2009),Adventure|Animation|Children|Drama",
)
RATINGS = ("1,1,5.0,964982703", "1,2,4.5,964981247", "2,1,0.5,1445714835", "2,3,4.0,1445714994")


def movielens_folder(
    path: Path,
    links: Sequence[str] = LINKS,
    movies: Sequence[str] = MOVIES,
    ratings: Sequence[str] = RATINGS,
    *,
    packed: bool = False,
) -> Path:
    """Write the three files as MovieLens does, with CRLF; `packed` ratings are gzipped."""
    path.mkdir(exist_ok=True)
    (path / "links.csv").write_bytes(_file("movieId,imdbId,tmdbId", links))
    (path / "movies.csv").write_bytes(_file("movieId,title,genres", movies))
    content = _file("userId,movieId,rating,timestamp", ratings)
    if packed:
        (path / "ratings.csv.gz").write_bytes(gzip.compress(content))
    else:
        (path / "ratings.csv").write_bytes(content)
    return path


def _file(header: str, rows: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in (header, *rows)).encode(errors="surrogateescape")
