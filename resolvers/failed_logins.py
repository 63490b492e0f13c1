"""Slowing down whoever guesses passwords, by account and address together: a stranger cannot lock anybody out."""

from hashlib import sha256

from integrations.shared_state import SharedState
from resolvers.errors import RateLimited

WINDOW_SECONDS = 60
REFUSED_FROM = 10


class FailedLogins:
    """Counts wrong passwords; from the tenth in a minute on, RateLimited is raised in their place, for right ones too."""

    def __init__(self, state: SharedState, *, enabled: bool = True) -> None:
        self._state = state
        self._enabled = enabled

    async def check(self, username: str, address: str) -> None:
        """Raise RateLimited where too many have failed.

        To be called before a password is verified, and after it was right: of many that are tried at once, those that
        are finished late must not be told apart.
        """
        if self._enabled:
            _refuse(await self._state.add(_key(username, address), 0, WINDOW_SECONDS))

    async def count(self, username: str, address: str) -> None:
        """Note a wrong password; raises RateLimited where it is one too many."""
        if self._enabled:
            _refuse(await self._state.add(_key(username, address), 1, WINDOW_SECONDS))


def _refuse(failures: int) -> None:
    if failures >= REFUSED_FROM:
        raise RateLimited("Too many failed logins: wait a minute.", WINDOW_SECONDS)


def _key(username: str, address: str) -> str:
    # Hashed, because a name that nobody can have may be of any length, and a password typed into the wrong box.
    return f"failed-logins:{sha256(username.lower().encode('utf-8', 'surrogatepass')).hexdigest()}:{address}"
