"""Root results that a plan had before it gave up: the standard executor takes them as they are, so that no root runs twice."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema

from resolvers.context import Context

Resolve = Callable[..., Any]  # Any: whatever fields are


def replay_roots(schema: GraphQLSchema) -> GraphQLSchema:
    """Make the schema's roots look into the context's `resolved_roots` first."""
    for root in (schema.query_type, schema.mutation_type):
        for field in root.fields.values() if root else ():
            if field.resolve is not None:
                field.resolve = _replaying(field.resolve)
    return schema


def _replaying(resolve: Resolve) -> Resolve:
    def resolve_or_replay(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        resolved = info.context.resolved_roots
        if info.path.key in resolved:
            return resolved[info.path.key]  # an exception is raised by graphql-core, as each is that a field gives
        return resolve(source, info, **arguments)

    return resolve_or_replay
