"""Titles are found and sorted whatever their accents, case, punctuation and articles."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.search import normalise, prefix_end, sort_title, words


@pytest.mark.parametrize(
    ("title", "normalised"),
    [
        ("Amélie", "amelie"),
        ("Ame\u0301lie", "amelie"),
        ("Schindler's List", "schindlers list"),
        ("Schindler’s List", "schindlers list"),
        ("Dumb & Dumber", "dumb and dumber"),
        ("Fast&Furious", "fast and furious"),
        ("  The   MATRIX ", "the matrix"),
        ("WALL·E", "wall e"),
        ("WALL-E", "wall e"),
        ("E.T. the Extra-Terrestrial", "et the extra terrestrial"),
        ("M*A*S*H", "mash"),
        ("Dr. No", "dr no"),
        ("Evangelion: 1.0", "evangelion 1 0"),
        ("Alien³", "alien 3"),
        ("8½", "8 1 2"),
        ("8 1/2", "8 1 2"),
        ("L'Avventura", "l avventura"),
        ("L’Écume des jours", "l ecume des jours"),
        ("Rock 'n' Roll", "rock n roll"),
        ("Død snø", "dod sno"),
        ("Adams æbler", "adams aebler"),
        ("L'Arnacœur", "l arnacoeur"),
        ("Łódź đa þing ısı", "lodz da thing isi"),
        ("İstanbul", "istanbul"),
        ("Das weiße Band", "das weisse band"),
        ("Ёлки и Йод", "елки и иод"),
        ("千と千尋の神隠し", "千と千尋の神隠し"),
        ("ガメラ", "ガメラ"),
        ("기생충", "기생충"),
        ("हिन्दी मीडियम", "हिन्दी मीडियम"),
        ("I ❤️ Huckabees", "i huckabees"),
        ("M", "m"),
    ],
)
def test_titles_are_folded(title: str, normalised: str) -> None:
    assert normalise(title) == normalised


@pytest.mark.parametrize("title", ["...", "$", "!", "????", "❤️", "& then"])
def test_a_title_of_punctuation_alone_stays_findable(title: str) -> None:
    assert normalise(title) == {"& then": "and then"}.get(title, title)
    assert words(normalise(title)) == normalise(title).split()


def test_nothing_visible_is_nothing() -> None:
    assert normalise("") == ""
    assert normalise(" \t\n\u200b") == ""
    assert words("") == []


def test_a_folded_title_fits_its_column_and_does_not_end_in_a_blank() -> None:
    assert normalise("a" * 300) == "a" * 255
    assert normalise("a" * 254 + " b") == "a" * 254


@given(st.text())
def test_folding_twice_changes_nothing_more(title: str) -> None:
    assert normalise(normalise(title)) == normalise(title)


@given(st.text())
def test_a_folded_title_is_tidy(title: str) -> None:
    normalised = normalise(title)
    assert normalised == " ".join(normalised.split())
    assert len(normalised) <= 255
    assert unicodedata.is_normalized("NFC", normalised) or not any(map(str.isalnum, normalised))


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_what_can_be_seen_never_folds_to_nothing(title: str) -> None:
    assert normalise(title)
    assert words(normalise(title))
    assert sort_title(title)


@given(st.text())
def test_case_and_form_of_letters_change_nothing(title: str) -> None:
    folded = title.casefold()
    assert normalise(unicodedata.normalize("NFD", title)) == normalise(unicodedata.normalize("NFC", title))
    if any(map(str.isalnum, normalise(folded))):
        assert normalise(folded) == normalise(title)


def test_words_are_distinct_and_in_order() -> None:
    assert words("run lola run") == ["run", "lola"]


def test_each_ideograph_kana_and_hangul_syllable_is_a_word() -> None:
    assert words("千と千尋の神隠し") == ["千", "と", "尋", "の", "神", "隠", "し"]
    assert set(words("千尋")) <= set(words("千と千尋の神隠し"))
    assert words("ガメラ2") == ["ガ", "メ", "ラ", "2"]
    assert words("기생충 2019") == ["기", "생", "충", "2019"]


def test_a_word_fits_its_column() -> None:
    assert words("a" * 100) == ["a" * 64]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("The Matrix", "matrix"),
        ("A Man Escaped", "man escaped"),
        ("An American in Paris", "american in paris"),
        ("L'Avventura", "avventura"),
        ("Les Misérables", "miserables"),
        ("La Haine", "haine"),
        ("Das Boot", "boot"),
        ("A", "a"),
        ("M", "m"),
        ("It", "it"),
        ("Les", "les"),
        ("The The", "the"),
        ("The ...", "the"),
        ("Theatre", "theatre"),
        ("A.I. Artificial Intelligence", "ai artificial intelligence"),
        ("La La Land", "la la land"),
        ("Die Hard", "die hard"),
        ("Los Angeles Plays Itself", "los angeles plays itself"),
        ("Lo and Behold", "lo and behold"),
    ],
)
def test_a_leading_article_does_not_count_in_the_order(title: str, key: str) -> None:
    assert sort_title(title) == key


@pytest.mark.parametrize(
    ("prefix", "end"),
    [("am", "an"), ("z", "{"), ("a\U0010ffff", "b"), ("\ud7ff", "\ue000"), ("\uffff", "\U00010000")],
)
def test_a_range_ends_before_the_next_text_by_code_point(prefix: str, end: str) -> None:
    assert prefix_end(prefix) == end


def test_a_prefix_that_nothing_follows_has_an_end_beyond_every_title() -> None:
    assert prefix_end("\U0010ffff") > "\U0010ffff" * 255


@given(st.text(min_size=1, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_exactly_the_texts_with_a_prefix_lie_in_its_range(prefix: str, rest: str, other: str) -> None:
    assert prefix <= prefix + rest < prefix_end(prefix)
    assert (prefix <= other < prefix_end(prefix)) == other.startswith(prefix)
