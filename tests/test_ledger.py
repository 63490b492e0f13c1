"""The ledger of the faults' tests finds what is lost, and forgives what nobody knows."""

from tests.faults.ledger import Ledger


def test_what_was_acknowledged_is_what_is_stored() -> None:
    ledger = Ledger()
    ledger.begin("ada", 7)
    ledger.acknowledge("ada", 7)
    ledger.begin("ada", 8)
    ledger.acknowledge("ada", 8)

    assert list(ledger.lost({"ada": 8})) == []
    assert list(ledger.lost({"ada": 7})) == ["ada: 7 is stored, and may be one of ['8']"]
    assert list(ledger.lost({})) == ["ada: None is stored, and may be one of ['8']"]
    assert ledger.acknowledged == 2


def test_a_write_without_an_answer_may_have_been_done_or_not() -> None:
    ledger = Ledger()
    ledger.begin("ada", 7)
    ledger.acknowledge("ada", 7)
    ledger.begin("ada", 8)
    ledger.begin("ada", 9)

    assert [list(ledger.lost({"ada": value})) for value in (7, 8, 9)] == [[], [], []]
    assert list(ledger.lost({"ada": 6})) != []


def test_the_next_acknowledged_write_ends_the_doubt() -> None:
    ledger = Ledger()
    ledger.begin("ada", 7)
    ledger.begin("ada", None)
    ledger.acknowledge("ada", None)

    assert list(ledger.lost({})) == []
    assert list(ledger.lost({"ada": 7})) != []


def test_what_nobody_wrote_is_found() -> None:
    assert list(Ledger().lost({"eve": 1})) == ["eve: 1 is stored, and may be one of ['None']"]
