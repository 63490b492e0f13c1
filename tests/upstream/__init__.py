"""An emulator of TMDB and of the Movie Database Alternative, for tests and for whoever has no keys to them.

`python -m tests.upstream` serves it by hand and prints the settings that lead Cinegraph to it; a test takes the fixture
`upstream`, or its own `with Upstream() as upstream`.
"""

from tests.upstream.control import Call, Control
from tests.upstream.server import Upstream

__all__ = ["Call", "Control", "Upstream"]
