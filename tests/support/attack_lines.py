"""The table of the attacks: every route of the application, with what it is open to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from penfriend.domain.tokens import Purpose
from tests.support.attacked import Answer, Besieged

Fill = Callable[[Besieged], str]


@dataclass(frozen=True, slots=True)
class Line:
    """What a route is open to: `name` fills its name in the path so that it is found, `body` is of the kind
    that it reads (a form, JSON, any bytes; empty for none), `way` how somebody comes who may."""

    methods: str
    way: str = "anybody"
    name: Fill | str = ""
    body: str = ""
    meets: int = 200
    """The answer to a GET or a POST that is as it should be."""


def signed(purpose: Purpose) -> Fill:
    return lambda house: house.token(purpose)


LINES = {
    "/openapi.json": Line("GET"),
    "/u/{token}": Line("GET POST", name=signed(Purpose.UNSUBSCRIBE), body="form"),
    "/preferences/{token}": Line("GET POST", name=signed(Purpose.PREFERENCES), body="form"),
    "/s/{token}": Line("GET POST", name=signed(Purpose.SURVEY), body="form"),
    "/confirm/{token}": Line("GET POST", name=signed(Purpose.CONFIRM), body="form"),
    "/view/{token}": Line("GET", name=signed(Purpose.VIEW)),
    "/c/{token}": Line("GET", name=signed(Purpose.CLICK), meets=302),
    "/o/{token}.gif": Line("GET", name=signed(Purpose.OPEN)),
    "/assets/{name}": Line("GET", name="pages.css", meets=404),
    "/dashboard/assets/{name}": Line("GET", name="dashboard.css", meets=404),
    "/healthz": Line("GET"),
    "/readyz": Line("GET"),
    "/metrics": Line("GET"),
    "/webhooks/shopify": Line("POST", body="bytes", meets=403),
    "/webhooks/woocommerce": Line("POST", body="bytes", meets=403),
    "/webhooks/{provider}": Line("GET POST", name="mailgun", body="bytes", meets=415),
    "/v1/events": Line("POST", "program", body="json", meets=422),
    "/v1/contacts/{id:path}": Line("GET PUT DELETE", "program", "ann", "json"),
    "/v1/contacts/{id:path}/story": Line("GET", "program", "ann"),
    "/v1/segments": Line("GET", "program"),
    "/v1/segments/{name}": Line("GET", "program", "all"),
    "/v1/campaigns": Line("GET", "program"),
    "/v1/campaigns/{name}/report": Line("GET", "program", "thanks"),
    "/v1/messages/{id:path}": Line("GET", "program", "1"),
    "/": Line("GET", "user"),
    "/campaigns": Line("GET", "user"),
    "/campaigns/{name}": Line("GET", "user", name="thanks"),
    "/campaigns/{name}/tests": Line("POST", "user", "thanks", "form", 404),
    "/surveys": Line("GET", "user"),
    "/surveys/{name}": Line("GET", "user", "care"),
    "/login": Line("GET POST", body="form"),
    "/login/code": Line("GET POST", body="form", meets=303),
    "/login/link/{token}": Line("GET POST", name="A" * 43, body="form", meets=404),
    "/logout": Line("POST", "user", body="form", meets=303),
    "/account": Line("GET", "user"),
    "/account/password": Line("POST", "user", body="form", meets=422),
    "/account/second-factor": Line("GET POST", "user", body="form", meets=303),
    "/account/second-factor/begin": Line("POST", "user", body="form", meets=303),
    "/account/second-factor/off": Line("POST", "user", body="form", meets=422),
    "/account/codes": Line("POST", "user", body="form", meets=422),
    "/account/sessions/end": Line("POST", "user", body="form", meets=303),
    "/users": Line("GET POST", "user", body="form"),
    "/users/{user}/role": Line("POST", "user", lambda house: str(house.ben), "form", 422),
    "/users/{user}/link": Line("POST", "user", lambda house: str(house.ben), "form"),
    "/users/{user}/remove": Line("POST", "user", lambda house: str(house.ben), "form", 303),
    "/audit": Line("GET", "user"),
    "/relationship": Line("GET", "user"),
    "/dashboard/drawings/{wide}/{narrow}": Line("GET", "user", "a" * 64, meets=404),
    "/simulation": Line("GET POST", "user", body="form"),
    "/plan": Line("GET", "user"),
    "/plan/anew": Line("POST", "user", body="form", meets=303),
    "/plan/apply": Line("POST", "user", body="form", meets=409),
    "/segments": Line("GET", "user"),
    "/segments/{name}": Line("GET", "user", "all"),
    "/segments/{name}/count": Line("POST", "user", "all", "form", 303),
    "/contacts": Line("GET", "user"),
    "/contacts/{id}": Line("GET", "user", "ann"),
    "/contacts/{id}/mails/{message}": Line("GET", "user", "ann", meets=404),
    "/contacts/{id}/mails/{message}/letter": Line("GET", "user", "ann", meets=404),
    "/contacts/{id}/export": Line("POST", "user", "ann", "form"),
    "/contacts/{id}/pause": Line("POST", "user", "ann", "form", 422),
    "/contacts/{id}/resume": Line("POST", "user", "ann", "form", 422),
    "/contacts/{id}/unsubscribe": Line("POST", "user", "ann", "form", 422),
    "/contacts/{id}/suppress": Line("POST", "user", "ann", "form", 422),
    "/contacts/{id}/unsuppress": Line("POST", "user", "ann", "form", 422),
    "/contacts/{id}/erase": Line("POST", "user", "ann", "form", 422),
    "/letters": Line("GET", "user"),
    "/deliverability": Line("GET", "user"),
    "/system": Line("GET", "user"),
    "/preview": Line("GET", "user", meets=303),
    "/preview/all": Line("GET", "user"),
    "/preview/letter": Line("GET", "user"),
    "/preview/message.eml": Line("GET", "user", meets=404),
    "/preview/changed": Line("GET", "user"),
    "/preview/assets/{name}": Line("GET", "user", "preview.css", meets=404),
}
FORM = "application/x-www-form-urlencoded"
KINDS_OF_BODY = {
    "form": (FORM, "multipart/form-data; boundary=x"),
    "json": ("application/json", "application/x-ndjson"),
    "bytes": ("application/json", ""),
}
CLOSES = ("/logout", "/users/{user}/remove", "/account/second-factor/begin")
"""What a good request ends: the attacks send no good one."""
NAMED = [path for path, line in LINES.items() if line.name]
TAKING = [
    (path, method)
    for path, line in LINES.items()
    if line.body
    for method in line.methods.split()
    if method != "GET" and method != "DELETE"
]
TOKENS = [path for path in NAMED if "{token}" in path]


def asker(house: Besieged, path: str) -> Callable[..., Answer]:
    return {"anybody": house.ask, "program": house.as_program, "user": house.as_user}[LINES[path].way]


def asker_without_form(house: Besieged, path: str) -> Callable[..., Answer]:
    """Whose body is sent as it is, without the token of a form."""
    way = LINES[path].way
    return partial(house.ask, cookies=house.session) if way == "user" else asker(house, path)


def filled(path: str, name: str) -> str:
    begin, _, rest = path.partition("{")
    return begin + name + rest.partition("}")[2] if rest else path


def good(house: Besieged, path: str) -> str:
    name = LINES[path].name
    return filled(path, name if isinstance(name, str) else name(house))
