"""GraphiQL as `make install` leaves it."""

import shutil

import pytest

from schema.transport.graphiql import GraphiQL, load_graphiql


@pytest.fixture
def graphiql() -> GraphiQL:
    """The bundled page for /graphql; where there is no npm to bundle it, what needs it is skipped."""
    graphiql = load_graphiql("/graphql")
    if not graphiql.routes and shutil.which("npm") is None:
        pytest.skip("GraphiQL is not bundled, for npm is missing")
    return graphiql
