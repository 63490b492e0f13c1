"""What can go wrong while an outside service is asked.

    UpstreamError          every one of them: names the service, and its message is fit for a client
    ├── Unavailable        away, too slow, limiting us, or answering what cannot be read: worth another try later
    │   └── QuotaExhausted the operator's plan with the service allows no more calls for now
    ├── NotConfigured      the operator has set no key
    │   └── RefusedKey     the service does not accept the key that is set
    └── TooBroad           the search finds more than the service is willing to list

A film that a service does not know is no error: the clients answer None.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Service:
    """An outside service as its operator and its clients know it."""

    name: str
    setting: str  # the environment variable that holds its key
    key_source: str  # where a key comes from


class UpstreamError(Exception):
    """`str()` of it is one or two sentences for a client; it never holds a key or an address.

    `outcome` is what such calls are counted under.
    """

    outcome: ClassVar[str]

    def __init__(self, service: Service, message: str) -> None:
        super().__init__(message)
        self.service = service


class Unavailable(UpstreamError):
    """The service `happened` to do something (a verb with its object) instead of answering."""

    outcome = "unavailable"

    def __init__(self, service: Service, happened: str, retry_after_seconds: float | None = None) -> None:
        when = "later" if retry_after_seconds is None else f"in {max(1, round(retry_after_seconds))} seconds"
        super().__init__(service, f"{service.name} {happened}. Try again {when}.")


class QuotaExhausted(Unavailable):
    outcome = "quota_exhausted"

    def __init__(self, service: Service) -> None:
        super().__init__(service, "answers no more calls for now: this server's quota with it is used up")


class NotConfigured(UpstreamError):
    outcome = "not_configured"

    def __init__(self, service: Service, problem: str = "is not set up on this server") -> None:
        super().__init__(service, f"{service.name} {problem}: set {service.setting} to a key from {service.key_source}.")


class RefusedKey(NotConfigured):
    outcome = "key_refused"

    def __init__(self, service: Service) -> None:
        super().__init__(service, "refuses this server's key")


class TooBroad(UpstreamError):
    outcome = "too_broad"

    def __init__(self, service: Service) -> None:
        super().__init__(service, f"{service.name} finds too many titles for this search: search for more letters.")
