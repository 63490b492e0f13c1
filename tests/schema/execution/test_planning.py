"""Plans are kept with their document: one for each way in which variables steer it, and no more than a bound."""

import gc
import weakref
from collections.abc import Callable, Collection, Mapping
from itertools import product

import pytest
from graphql import FieldNode, GraphQLObjectType, SelectionSetNode

from db.database import Database
from resolvers.context import Context
from schema import executable
from schema.execution.documents import MAX_VARIANTS, Documents
from schema.execution.execute import Answered, Executor, GraphQLRequest
from schema.execution.generated import Namespace
from schema.execution.limits import Limits
from schema.execution.planning import plan_of
from schema.execution.plans import Plan
from schema.execution.selections import Selections
from schema.execution.variables import coercion_of
from schema.values import RatingScale
from tests.factories import movie, store
from tests.services import services_on

STEERED = """query ($id: ID!, $title: Boolean!, $year: Boolean!) {
  movie(imdbId: $id) { id title @include(if: $title) year @skip(if: $year) }
}"""


def plan(documents: Documents, text: str, variables: Mapping[str, object], name: str | None = None) -> Plan | None:
    document = documents.get(text)
    return plan_of(document, document.operation(name), variables)


@pytest.fixture
def documents() -> Documents:
    return Documents(executable)


def test_there_is_a_plan_for_each_way_in_which_variables_steer_a_document(documents: Documents) -> None:
    plans = [
        plan(documents, STEERED, {"id": "tt0000001", "title": title, "year": year}) for title, year in product((True, False), repeat=2)
    ]

    assert None not in plans
    assert len({id(each) for each in plans}) == 4
    assert len(documents.get(STEERED).plans) == 4


def test_other_variables_do_not_matter_nor_does_which_text_it_is_of_those_that_are_equal(documents: Documents) -> None:
    one = plan(documents, STEERED, {"id": "tt0000001", "title": True, "year": True})
    same_text = STEERED[:10] + STEERED[10:]
    assert same_text is not STEERED

    assert plan(documents, same_text, {"id": "tt0000002", "title": True, "year": True}) is one


def test_each_operation_of_a_document_has_its_own(documents: Documents) -> None:
    text = 'query A { movie(imdbId: "tt0000001") { id } } query B { genres { name } }'

    first, second = plan(documents, text, {}, "A"), plan(documents, text, {}, "B")

    assert first is not None
    assert second is not None
    assert [root.response_key for each in (first, second) for root in each.roots] == ["movie", "genres"]


def test_what_has_no_plan_is_remembered_too(documents: Documents) -> None:
    assert plan(documents, "{ __schema { queryType { name } } }", {}) is None
    assert list(documents.get("{ __schema { queryType { name } } }").plans.values()) == [None]


def test_plans_go_with_their_documents() -> None:
    documents = Documents(executable, count=2)
    kept = weakref.ref(plan(documents, STEERED, {"title": True, "year": True}) or pytest.fail("no plan"))

    documents.get("{ genres { name } }")
    documents.get(STEERED)
    documents.get("{ genres { movieCount } }")
    gc.collect()
    assert kept() is not None

    documents.get("{ genres { tmdbId } }")
    documents.get("{ genres { tmdbId name } }")
    gc.collect()
    assert kept() is None


async def test_a_document_that_is_steered_in_very_many_ways_has_plans_for_the_first_of_them(database: Database) -> None:
    await store(database, movies=[movie(1, "Ran", year=1985)])
    names = ["id", "imdbId", "title", "year", "genres", "plot"]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name} @include(if: ${name})" for name in names)
    query = f'query ({declared}) {{ movie(imdbId: "tt0000001") {{ {fields} }} }}'
    executor, services = Executor(Limits()), services_on(database)

    for wanted in product((True, False), repeat=len(names)):
        variables = dict(zip(names, wanted, strict=True))
        answer = await executor.run(GraphQLRequest(query, variables=variables), Context(services))
        assert answer.errors == []
        assert answer.data is not None
        assert list(answer.data["movie"]) == [name for name in names if variables[name]]

    assert executor.answered == Answered(by_plans=MAX_VARIANTS, by_standard=2 ** len(names) - MAX_VARIANTS)


async def test_what_fragments_repeat_is_planned_once_and_not_visited_where_there_is_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written out, this document has more than four billion fields."""
    levels = 32
    film = "fragment F%d on Movie { id viewerRating { movie { ...F%d } } ratings { nodes { movie { ...F%d } } } }"
    fragments = [film % (level, level + 1, level + 1) for level in range(levels)]
    query = f'{{ movie(imdbId: "tt0000001") {{ ...F0 }} }} {" ".join(fragments)} fragment F{levels} on Movie {{ id }}'
    await store(database, movies=[movie(1, "Ran")])
    executor = Executor(Limits(depth=100, cost=10**9))
    collected = []
    fields = Selections.fields

    def collect(selections: Selections, kind: GraphQLObjectType, sets: Collection[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        collected.append(kind.name)
        return fields(selections, kind, sets)

    monkeypatch.setattr(Selections, "fields", collect)
    answer = await executor.run(GraphQLRequest(query), Context(services_on(database)))

    assert answer.data == {"movie": {"id": "TW92aWU6MQ==", "viewerRating": None, "ratings": {"nodes": []}}}
    assert executor.answered == Answered(by_plans=1, by_standard=0)
    # The root and its movie, and on each level both ratings, the connection, and both movies; the last ones, of plain fields alone,
    # once more where they are written out.
    assert len(collected) == 2 + 5 * levels + 2


LEAVES = "id imdbId title year averageRating ratingCount genres tmdbId originalTitle releaseDate runtimeMinutes posterUrl"


def test_what_fragments_repeat_is_written_out_no_more_than_so_often(documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written out, this document of three thousand characters would have a hundred times as many."""
    aliases = " ".join(f"a{number}: movies(first: 1) {{ ...F }}" for number in range(98))
    text = f"{{ {aliases} }} fragment F on MovieConnection {{ edges {{ cursor node {{ {LEAVES} }} }} nodes {{ {LEAVES} }} }}"
    compiled = []
    function = Namespace.function

    def compile_(names: Namespace, parameters: str, expression: str) -> Callable[..., object]:
        compiled.append(len(expression))
        return function(names, parameters, expression)

    monkeypatch.setattr(Namespace, "function", compile_)

    assert plan(documents, text, {}) is not None
    assert sum(compiled) < 150_000


def test_a_field_that_is_written_out_twice_has_its_arguments_coerced_once(documents: Documents) -> None:
    text = """query ($scale: RatingScale!) { user(username: "ada") { ratings { edges { node { value(scale: $scale) } } } } }"""
    coerced = coercion_of(executable, documents.get(text).operation())({"scale": "FIVE"})
    made = plan(documents, text, {})
    assert made is not None

    arguments = made.arguments(coerced)

    assert [dict(each) for each in arguments if "scale" in each] == [{"scale": RatingScale.FIVE}]
