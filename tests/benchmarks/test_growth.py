"""What the measurement of growth stands on: databases that are right, and a verdict that is."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree

from db.database import open_database
from tests.benchmarks.growth_data import contents, fill, imdb_ids, usernames
from tests.benchmarks.growth_report import Cost, faults, svg
from tests.databases import empty_database, query
from tests.db.loading import movielens_folder
from tests.recount import miscounts
from tests.servers import MariaDB

PROFILES = "SELECT CONCAT(COUNT(*), ' in ', TIMESTAMPDIFF(SECOND, MIN(rated_at), MAX(rated_at)), ' s') FROM ratings GROUP BY user_id"
DRAWN = "SELECT DISTINCT CONCAT(imdb_id, ': ', half_points) AS drawn FROM ratings JOIN movies ON movies.id = movie_id ORDER BY drawn"
RATINGS = "SELECT user_id, movie_id, half_points, rated_at FROM ratings ORDER BY user_id, movie_id"

COSTS = {
    "top": {100: Cost(0.5, 0.1, 2000), 1000: Cost(0.6, 0.1, 1900)},
    "rate": {100: Cost(1.0, 1.0, 1000), 1000: Cost(0.9, 1.21, 900)},
}


async def miscounted(url: str) -> list[str]:
    async with open_database(url) as database:
        return await miscounts(database)


def test_clones_give_as_many_ratings_at_the_same_intervals_and_every_counter_is_exact(
    mariadb_server: MariaDB, mariadb_url: str, tmp_path: Path
) -> None:
    fill(mariadb_url, movielens_folder(tmp_path / "movielens"), 3, mariadb_server.folder)

    assert contents(mariadb_url)[:3] == (12, 6, 3)
    assert query(mariadb_url, f"{PROFILES} ORDER BY user_id") == (("2 in 1456 s",), ("2 in 159 s",)) * 3
    assert query(mariadb_url, DRAWN) == (("tt0111161: 2",), ("tt0111161: 20",), ("tt0133093: 18",), ("tt1049413: 16",))
    assert usernames(mariadb_url, at_least=2) == ["ml1", "ml2", "clone3", "clone4", "clone5", "clone6"]
    assert imdb_ids(mariadb_url, at_least=13) == []
    assert asyncio.run(miscounted(mariadb_url)) == []


def test_the_same_ratings_are_made_up_every_time(mariadb_server: MariaDB, mariadb_url: str, tmp_path: Path) -> None:
    folder = movielens_folder(tmp_path / "movielens")
    fill(mariadb_url, folder, 20, mariadb_server.folder)
    with empty_database(mariadb_server) as other_url:
        fill(other_url, folder, 20, mariadb_server.folder)

        assert query(other_url, RATINGS) == query(mariadb_url, RATINGS)


def test_growth_by_more_than_a_fifth_is_a_fault() -> None:
    assert faults(COSTS) == ["rate: the CPU of MariaDB grew by 21% at 1,000 ratings"]


def test_the_plot_shows_each_kind_of_request_with_its_growth() -> None:
    texts = [element.text for element in ElementTree.fromstring(svg(COSTS)).iter("{http://www.w3.org/2000/svg}text")]

    assert [text for text in texts if text and ":" in text] == ["top: ms of CPU time per request", "rate: ms of CPU time per request"]
    assert {"1.210 (+21%)", "0.900 (-10%)", "0.600 (+20%)"} <= set(texts)
