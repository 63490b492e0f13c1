"""Everything that may be said to a client when something is refused or fails.

CinegraphError
├── UserError                   what a mutation's rules refuse: comes back in the payload's `errors`
│   ├── Invalid                 an input breaks a rule
│   ├── NotFound
│   ├── AlreadyExists
│   ├── WrongCredentials
│   ├── Forbidden               signed in, but not allowed
│   ├── UpstreamUnavailable     an outside service did not answer
│   └── UpstreamNotConfigured   the operator has set no key, or a wrong one
├── Several                     some UserErrors at once
├── BadUserInput                an argument of a query is out of bounds
├── Unauthenticated             no token where one is needed
├── RateLimited                 too fast; says when to come back
└── TooSlow                     a subscriber that fell behind was dropped

A database that is away is db.errors.DatabaseAway, or CommitUnknown; schema/errors.py translates them too.
"""

from collections.abc import Sequence
from typing import ClassVar

from db.errors import CommitUnknown, DatabaseAway, DuplicateRow


class CinegraphError(Exception):
    """Its text is for the client: a sentence that says what was wrong and what would be right."""

    code: ClassVar[str]


class UserError(CinegraphError):
    """`field` is the input's path, such as ("input", "value"), where one input is to blame."""

    def __init__(self, message: str, field: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.field = tuple(field)


class Invalid(UserError):
    code = "INVALID"


class NotFound(UserError):
    code = "NOT_FOUND"


class AlreadyExists(UserError):
    code = "ALREADY_EXISTS"


class WrongCredentials(UserError):
    code = "WRONG_CREDENTIALS"


class Forbidden(UserError):
    code = "FORBIDDEN"


class UpstreamUnavailable(UserError):
    code = "UPSTREAM_UNAVAILABLE"


class UpstreamNotConfigured(UserError):
    code = "UPSTREAM_NOT_CONFIGURED"


class Several(CinegraphError):
    """Several things are wrong at once."""

    code = "INVALID"

    def __init__(self, errors: Sequence[UserError]) -> None:
        super().__init__(" ".join(str(error) for error in errors))
        self.errors = tuple(errors)


class BadUserInput(CinegraphError):
    code = "BAD_USER_INPUT"


class Unauthenticated(CinegraphError):
    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in first: send an access token as `Authorization: Bearer TOKEN`.") -> None:
        super().__init__(message)


class RateLimited(CinegraphError):
    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class TooSlow(CinegraphError):
    code = "TOO_SLOW"


__all__ = [
    "AlreadyExists",
    "BadUserInput",
    "CinegraphError",
    "CommitUnknown",
    "DatabaseAway",
    "DuplicateRow",
    "Forbidden",
    "Invalid",
    "NotFound",
    "RateLimited",
    "Several",
    "TooSlow",
    "Unauthenticated",
    "UpstreamNotConfigured",
    "UpstreamUnavailable",
    "UserError",
    "WrongCredentials",
]
