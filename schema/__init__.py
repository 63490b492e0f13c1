"""The one GraphQL schema: what clients see."""

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    build_schema,
    lexicographic_sort_schema,
    print_schema,
)
from strawberry.schema.config import StrawberryConfig

from schema.execution.replay import replay_roots
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription
from schema.types import Movie, Rating, User


def _without_null_defaults(graphql_schema: GraphQLSchema) -> GraphQLSchema:
    """Absent and null mean the same to optional arguments; `= null` behind each would say no more, and be read by everybody."""
    inputs: list[GraphQLArgument | GraphQLInputField] = []
    for kind in graphql_schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            inputs += kind.fields.values()
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            inputs += [argument for field in kind.fields.values() for argument in field.args.values()]
    for each in inputs:
        if each.default_value is None:
            each.default_value = Undefined
    return graphql_schema


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Movie, Rating, User],
    config=StrawberryConfig(scalar_map=SCALARS),
)


def _with_one_of(graphql_schema: GraphQLSchema) -> GraphQLSchema:
    """Let graphql-core know as well which inputs take exactly one field: to validate literals by it, and tell it to introspection."""
    for kind in graphql_schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            kind.is_one_of = kind.extensions["strawberry-definition"].is_one_of
    return graphql_schema


executable = replay_roots(_with_one_of(_without_null_defaults(schema._schema)))
"""The same as graphql-core knows it, for what strawberry has no door to: running documents that were parsed before."""


def sdl() -> str:
    """The schema in the definition language, sorted, so that its file changes only where the schema does."""
    printed = _without_null_defaults(build_schema(schema.as_str()))
    return f"{print_schema(lexicographic_sort_schema(printed))}\n"
