"""The emulator's control over HTTP, for whoever runs it by hand.

GET /control lists what there is; POST /control/tmdb?late=3&times=2 makes the next two calls of TMDB three seconds late;
POST /control/movie-database without anything behind it makes that service behave again.
"""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.upstream import misbehaviour
from tests.upstream.control import Control, Misbehaviour

QUOTA = b'{"Response":"False","Error":"Request limit reached!"}'

MISBEHAVIOURS: dict[str, tuple[str, Callable[[str], Misbehaviour]]] = {
    "late": ("the right answer after so many seconds", lambda seconds: misbehaviour.late(float(seconds))),
    "hang": ("no answer at all", lambda _: misbehaviour.hang()),
    "status": ("this status, such as 500", lambda status: misbehaviour.answer(status=int(status))),
    "retry-after": ("429, and to wait so many seconds", misbehaviour.too_many_requests),
    "reset": ("a broken connection", lambda _: misbehaviour.reset()),
    "truncated": ("half of the answer, and the end of the connection", lambda _: misbehaviour.truncated()),
    "cut": ("half of the answer as if it were whole", lambda _: misbehaviour.cut()),
    "body": ("this text instead of JSON", lambda text: misbehaviour.answer(text.encode(), content_type="text/html")),
    "mislabelled": ("the right answer under this content type", misbehaviour.mislabelled),
    "quota": ("a quota that is used up, as OMDb says it", lambda _: misbehaviour.answer(QUOTA, status=401)),
}


def control_routes(controls: Mapping[str, Control]) -> list[Route]:
    def show(_request: Request) -> Response:
        return JSONResponse(
            {
                "calls": {name: len(control.calls) for name, control in controls.items()},
                "misbehaviours": {name: meaning for name, (meaning, _) in MISBEHAVIOURS.items()},
            }
        )

    def change(request: Request) -> Response:
        control = controls[request.path_params["service"]]
        control.behave()
        for name, value in request.query_params.items():
            if name in MISBEHAVIOURS:
                control.misbehave(MISBEHAVIOURS[name][1](value), float(request.query_params.get("times", "inf")))
        return Response(status_code=204)

    return [Route("/control", show), Route("/control/{service}", change, methods=["POST"])]
