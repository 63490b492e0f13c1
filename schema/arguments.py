"""The arguments that many fields take, described once."""

from typing import Annotated

import strawberry

from schema.values import MovieOrder, RatingOrder, RatingScale

First = Annotated[
    int | None,
    strawberry.argument(description="How many from the start, 1 to 100; 20 where neither `first` nor `last` is given."),
]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor of the same list.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, 1 to 100; excludes `first`.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor of the same list.")]
RatingOrderBy = Annotated[RatingOrder, strawberry.argument(description="In which order; cursors belong to one order.")]
MovieOrderBy = Annotated[
    MovieOrder | None,
    strawberry.argument(description="In which order; where absent, RELEVANCE with a search and TOP_RATED without."),
]
Scale = Annotated[RatingScale, strawberry.argument(description="The scale to give the value on.")]
ImdbId = Annotated[strawberry.ID, strawberry.argument(description="The movie's IMDb id, such as `tt0111161`.")]
