"""Twenty films that many tests ask about: `films` in conftest.py holds them."""

from datetime import date

from db.database import Database
from tests.factories import movie, rating, store, user

FILMS = [
    movie(1, "It", year=2017, genres=("Horror",)),
    movie(2, "It Follows", year=2014, genres=("Horror", "Mystery")),
    movie(3, "Up", year=2009, genres=("Animation", "Family")),
    movie(4, "Up in the Air", year=2009, genres=("Drama", "Romance")),
    movie(5, "M", original_title="M - Eine Stadt sucht einen Mörder", release_date=date(1931, 5, 11), genres=("Crime",)),
    movie(6, "M*A*S*H", year=1970, genres=("Comedy", "War")),
    movie(7, "Amélie", original_title="Le Fabuleux Destin d'Amélie Poulain", release_date=date(2001, 4, 25), genres=("Comedy", "Romance")),
    movie(8, "The Shawshank Redemption", release_date=date(1994, 9, 23), genres=("Drama",)),
    movie(9, "Spirited Away", original_title="千と千尋の神隠し", year=2001, genres=("Animation", "Family", "Fantasy")),
    movie(10, "The Matrix", release_date=date(1999, 3, 31), genres=("Action", "Science Fiction")),
    movie(11, "The Matrix Reloaded", year=2003, genres=("Action", "Science Fiction")),
    movie(12, "A Glitch in the Matrix", year=2021, genres=("Documentary",)),
    movie(13, "Matrix Revolutions", year=2003, genres=("Action", "Science Fiction", "Thriller")),
    movie(14, "100% Wolf", year=2020, genres=("Animation",)),
    movie(15, "Schindler's List", year=1993, genres=("Drama", "History", "War")),
    movie(16, "😀 Emoji 😀", genres=("Animation",)),
    movie(17, "????", year=2012),
    movie(18, "Léon", original_title="Léon", year=1994, genres=("Crime", "Film-Noir")),
    movie(19, "An Angel at My Table", year=1990),
    movie(20, "Zodiac", release_date=date(2007, 3, 2), genres=("Crime", "Thriller")),
]
"""Twenty films; half of them are rated, the earlier the more often."""


async def store_films(database: Database) -> None:
    raters = [user(number) for number in range(1, 41)]
    given = {8: [20] * 12 + [18] * 8, 7: [18] * 10, 20: [1] * 3, 14: [20]}
    given |= {number: [14 + (1 if number < 3 else 0)] * (8 - number) for number in range(1, 7)}
    ratings = [
        rating(film * 100 + place, raters[place], FILMS[film - 1], value)
        for film, values in given.items()
        for place, value in enumerate(values)
    ]
    await store(database, users=raters, movies=FILMS, ratings=ratings)
