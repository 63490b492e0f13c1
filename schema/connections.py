"""What all connections have in common: pages, and places in them."""

from typing import Any

import strawberry

from db.rows import Key, Page
from resolvers.cursors import encode_cursor


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether there are more after this page. Of a page that `last` asked for: whether `before` was given."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether there are more before this page. Of a page that `first` asked for: whether `after` was given."
    )
    start_cursor: str | None = strawberry.field(
        description="The first edge's cursor, to pass as `before` for the page before; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="The last edge's cursor, to pass as `after` for the next page; null on an empty page."
    )


@strawberry.type
class Edge:
    """An edge's place in its list; who derives from this adds the node."""

    order: strawberry.Private[str]
    key: strawberry.Private[Key]

    @strawberry.field(description="The place in this list: opaque, to pass as `after` or `before`.")
    def cursor(self) -> str:
        return encode_cursor(self.order, self.key)


@strawberry.type
class Connection:
    """A connection's page; who derives from this adds edges, nodes, and what they are counted by."""

    page: strawberry.Private[Page[Any]]  # Any: each connection has rows of its own

    @strawberry.field(description="Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return PageInfo(
            has_next_page=self.page.has_next,
            has_previous_page=self.page.has_previous,
            start_cursor=encode_cursor(self.page.order, self.page.keys[0]) if self.page.keys else None,
            end_cursor=encode_cursor(self.page.order, self.page.keys[-1]) if self.page.keys else None,
        )
