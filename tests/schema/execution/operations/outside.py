"""What is asked of outside services, with relations to what is stored, and what they cannot answer."""

from collections.abc import Iterator

from tests.schema.execution.both_ways import Operation
from tests.schema.execution.library import TMDB_ID
from tests.schema.execution.operations.places import MOVIE, everything

FILM = f"{everything('TmdbMovie', 1)} movie {{ title ratings(first: 1) {{ nodes {{ value }} }} }}"


def outside() -> Iterator[Operation]:
    for root in (
        f"tmdbMovie(tmdbId: {TMDB_ID}) {{ {FILM} }}",
        f"tmdbMovie(tmdbId: {TMDB_ID}) {{ title movie {{ ratings(first: 0) {{ totalCount }} }} }}",
        "tmdbMovie(tmdbId: 999) { title }",
        "tmdbMovie { title }",
        f"discoverTmdb(genreId: 878) {{ page totalPages results {{ {FILM} }} }}",
        "discoverTmdb(genreId: 878, page: 0) { page }",
        f'searchTmdb(query: "matrix") {{ totalResults results {{ {FILM} }} }}',
        'searchTmdb(query: " ") { page }',
        f'searchMovieDatabase(query: "man of steel", type: MOVIE) {{ {everything("MovieDatabasePage", 2)} }}',
        f"tmdbImdbId(tmdbId: {TMDB_ID})",
        "tmdbImdbId(tmdbId: 0)",
        "tmdbGenres { tmdbId name __typename }",
    ):
        yield Operation(f"{{ {root} }}")
        yield Operation(f"{{ {root} stored: {MOVIE} {{ title plot }} bad: movies(first: 0) {{ totalCount }} }}")
    yield Operation(f"query ($id: Int!) {{ tmdbMovie(tmdbId: $id) {{ {FILM} }} tmdbImdbId(tmdbId: $id) }}", {"id": TMDB_ID})
