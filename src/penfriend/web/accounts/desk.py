"""What all pages of the dashboard share: the accounts behind them, how a page is made, where to go next."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, RedirectResponse, Response

from penfriend.accounts.hashing import Hasher
from penfriend.accounts.openid import require_library
from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.own import OwnAccount
from penfriend.bootstrap.accounts.sessions import Sessions
from penfriend.bootstrap.accounts.signing_in import SignIn
from penfriend.domain.errors import PenfriendError, StoreUnavailable
from penfriend.domain.timing import SECOND
from penfriend.engine.live import Live
from penfriend.rendering.dashboard_pages import DashboardPages, View
from penfriend.rendering.pages import Words
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.cookies import Cookies
from penfriend.web.headers import DASHBOARD_POLICY

HEADERS = {"Referrer-Policy": "same-origin"}
"""With no-referrer a browser would not say from which page a form of ours comes (Origin: null)."""

BEHIND_LOGIN = {"Content-Security-Policy": DASHBOARD_POLICY}


class Desk:
    """The accounts of a house, and the making of pages."""

    def __init__(self, house: House, hasher: Hasher | None = None) -> None:
        hasher = hasher or Hasher()
        if house.settings.oidc is not None:
            require_library()
        self.house = house
        self.sessions = Sessions(house)
        self.door = SignIn(house, hasher)
        self.own = OwnAccount(house, hasher, self.door)
        self.pages = DashboardPages()
        self.cookies = Cookies(house.settings.public_url)
        self.root = urlsplit(house.settings.public_url).path.rstrip("/")

    def page(
        self, ask: Ask, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        """A page of the dashboard. Only behind the login are there scripts."""
        headers = HEADERS | BEHIND_LOGIN if ask.role else HEADERS
        return HTMLResponse(self.pages.html(template, self._view(ask), values), status, headers)

    def message(self, ask: Ask, what: str, status: HTTPStatus, to: str = "/") -> HTMLResponse:
        """A page that says one thing, and leads on."""
        return self.page(ask, "message", status, what=what, to=to)

    def to(self, path: str) -> Response:
        """Go on with GET at a path of ours."""
        return RedirectResponse(f"{self.root}{path}", HTTPStatus.SEE_OTHER, HEADERS)

    def live(self) -> Live | None:
        """What is live; None for nothing, or where that cannot run here: the door opens all the same."""
        try:
            return self.house.live()
        except StoreUnavailable:
            raise
        except PenfriendError:
            return None

    def words(self, ask: Ask) -> Words:
        """The texts in the reader's language, for what is put into words before the page is made: the titles
        and names of charts, by `words.plain(key)`."""
        return self.pages.words(ask.request.headers.get("accept-language", ""))

    @property
    def issuer(self) -> str:
        """What an authenticator app calls us."""
        brand, _, _ = self._setting()
        return f"Penfriend {brand}".strip().replace(":", " ")

    def _view(self, ask: Ask) -> View:
        brand, zone, currency = self._setting()
        return View(
            accept_language=ask.request.headers.get("accept-language", ""),
            brand=brand,
            zone=zone,
            root=self.root,
            path=ask.request.url.path,
            query=ask.request.url.query,
            user=ask.session.user.name if ask.session and ask.role else "",
            role=ask.role,
            form_token=ask.form_token,
            currency=currency,
        )

    def _setting(self) -> tuple[str, ZoneInfo, str]:
        """The brand, its clock and its currency."""
        live = self.live()
        if live is None:
            return "", ZoneInfo("UTC"), "EUR"
        brand = live.definitions.brand
        return brand.name, brand.zone, brand.currency


def seconds(wait: int) -> int:
    """Whole seconds, at least one, of microseconds."""
    return max(1, -(-wait // SECOND))
