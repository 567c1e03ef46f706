"""An application that shows letters and nothing else: `penfriend preview --serve`."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Depends, FastAPI
from starlette.responses import RedirectResponse, Response

from penfriend.bootstrap.preview import Previews
from penfriend.domain.errors import SettingError
from penfriend.web.headers import SecurityHeaders
from penfriend.web.here import from_this_machine
from penfriend.web.preview import PreviewRoutes
from penfriend.web.server import RunningServer, serve

HOST = "127.0.0.1"


def preview_app(previews: Previews) -> FastAPI:
    """The application."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.include_router(PreviewRoutes(previews).router())
    app.add_api_route("/", _to_the_page, dependencies=[Depends(from_this_machine)])
    app.add_middleware(SecurityHeaders)
    return app


def serve_previews(previews: Previews, port: int) -> RunningServer:
    """Serve it on the loopback address. Raises SettingError where the port is taken."""
    try:
        return serve(preview_app(previews), HOST, port)
    except SettingError:
        raise SettingError(f"--port {port}: cannot listen at {HOST}:{port}; name another") from None


def _to_the_page() -> Response:
    return RedirectResponse("/preview", HTTPStatus.SEE_OTHER)
