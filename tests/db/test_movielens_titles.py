"""MovieLens writes `Matrix, The (1999)`; people do not."""

import pytest

from db.movielens_titles import MovieLensTitle, article_first, parse_title


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("Heat (1995)", MovieLensTitle("Heat", None, (), 1995)),
        ("Matrix, The (1999)", MovieLensTitle("The Matrix", None, (), 1999)),
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            MovieLensTitle("The City of Lost Children", "La Cité des enfants perdus", (), 1995),
        ),
        ("Seven (a.k.a. Se7en) (1995)", MovieLensTitle("Seven", None, ("Se7en",), 1995)),
        (
            "Bicycle Thieves (a.k.a. The Bicycle Thief) (a.k.a. The Bicycle Thieves) (Ladri di biciclette) (1948)",
            MovieLensTitle("Bicycle Thieves", "Ladri di biciclette", ("The Bicycle Thief", "The Bicycle Thieves"), 1948),
        ),
        (
            "Asterix in America (a.k.a Asterix Conquers America) (Astérix et les Indiens) (1994)",
            MovieLensTitle("Asterix in America", "Astérix et les Indiens", ("Asterix Conquers America",), 1994),
        ),
        (
            "European Vacation (aka National Lampoon's European Vacation) (1985)",
            MovieLensTitle("European Vacation", None, ("National Lampoon's European Vacation",), 1985),
        ),
        (
            "Fist of Fury (Chinese Connection, The) (Jing wu men) (1972)",
            MovieLensTitle("Fist of Fury", "Jing wu men", ("The Chinese Connection",), 1972),
        ),
        ("Boot, Das (Boat, The) (1981)", MovieLensTitle("Das Boot", None, ("The Boat",), 1981)),
        ("Misérables, Les (1995)", MovieLensTitle("Les Misérables", None, (), 1995)),
        ("Postman, The (Postino, Il) (1994)", MovieLensTitle("The Postman", "Il Postino", (), 1994)),
        (
            "School of Flesh, The (École de la chair, L') (1998)",
            MovieLensTitle("The School of Flesh", "L'École de la chair", (), 1998),
        ),
        ("Passion of Anna, The (Passion, En) (1969)", MovieLensTitle("The Passion of Anna", "En Passion", (), 1969)),
        (
            "Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)",
            MovieLensTitle("The Good, the Bad and the Ugly", "Il Buono, il brutto, il cattivo", (), 1966),
        ),
        (
            "Power of Nightmares, The: The Rise of the Politics of Fear (2004)",
            MovieLensTitle("The Power of Nightmares: The Rise of the Politics of Fear", None, (), 2004),
        ),
        ("Corrina, Corrina (1994)", MovieLensTitle("Corrina, Corrina", None, (), 1994)),
        ("(500) Days of Summer (2009)", MovieLensTitle("(500) Days of Summer", None, (), 2009)),
        ("Frontière(s) (2007)", MovieLensTitle("Frontière(s)", None, (), 2007)),
        ("Evangelion: 3.0 You Can (Not) Redo (2012)", MovieLensTitle("Evangelion: 3.0 You Can (Not) Redo", None, (), 2012)),
        (
            "Birdman: Or (The Unexpected Virtue of Ignorance) (2014)",
            MovieLensTitle("Birdman: Or (The Unexpected Virtue of Ignorance)", None, (), 2014),
        ),
        ("1-900 (06) (1994)", MovieLensTitle("1-900", "06", (), 1994)),
        ("Death Note: Desu nôto (2006–2007)", MovieLensTitle("Death Note: Desu nôto", None, (), 2006)),
        ("Black Mirror (2011-)", MovieLensTitle("Black Mirror", None, (), 2011)),
        ("96 Minutes (2011) ", MovieLensTitle("96 Minutes", None, (), 2011)),
        ("Moonlight", MovieLensTitle("Moonlight", None, (), None)),
        ("2012 (2009)", MovieLensTitle("2012", None, (), 2009)),
        ("1984 (Nineteen Eighty-Four) (1984)", MovieLensTitle("1984", "Nineteen Eighty-Four", (), 1984)),
        ("(1994)", MovieLensTitle("", None, (), 1994)),
    ],
)
def test_a_title_is_taken_apart(text: str, parsed: MovieLensTitle) -> None:
    assert parse_title(text) == parsed


def test_an_article_is_moved_to_the_front_once() -> None:
    assert article_first("Matrix, The") == "The Matrix"
    assert article_first("The Matrix") == "The Matrix"
    assert article_first("The, The") == "The The"
