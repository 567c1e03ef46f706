"""What is known of a request before it is answered: from where it comes, and whether from a page of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

from penfriend.domain.accounts.audit import Actor, Way
from penfriend.domain.accounts.roles import Role
from penfriend.domain.accounts.users import Session, browser_of
from penfriend.storage.accounts.sessions import Place
from penfriend.web.bodies import Form
from penfriend.web.here import is_named_here, network_of

_PATH = re.compile(r"/(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9._-]+)*)?")
_LONGEST_PATH = 200
NETWORKS = {4: 32, 6: 64}
"""Of IPv4 the address counts, of IPv6 the network of one household."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, and who makes it."""

    request: Request
    form: Form
    session: Session | None
    role: Role | None
    """Of who is signed in, or of a guest of the demo; None for nobody."""
    form_token: str
    """What a form on the answer must carry."""

    @property
    def place(self) -> Place:
        """From where."""
        return Place(
            network_of(self.request, NETWORKS), browser_of(self.request.headers.get("user-agent", "")[:500])
        )

    @property
    def actor(self) -> Actor:
        """Who, for the audit log."""
        name = self.session.user.name if self.session else ""
        return Actor(name, Way.DASHBOARD, self.place.network)

    @property
    def signed_in(self) -> Session:
        """The session. For routes that nobody has without one."""
        if self.session is None:
            raise RuntimeError("a route for who is signed in was reached without a session")
        return self.session


def from_our_page(request: Request, public_url: str) -> bool:
    """Whether a POST was sent by a page of ours: by its Origin, and by Sec-Fetch-Site of browsers that have
    it. At PENFRIEND_PUBLIC_URL, or at an address of this machine (a tunnel)."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin"):
        return False
    if origin is None:
        return site is not None
    public = urlsplit(public_url)
    if origin == f"{public.scheme}://{public.netloc}":
        return True
    return is_named_here(request) and origin == f"http://{request.headers.get('host', '')}"


def path_of_ours(wanted: str) -> str:
    """Where to go after signing in: a plain path of ours, whatever somebody has put there; else the start."""
    return wanted if len(wanted) <= _LONGEST_PATH and _PATH.fullmatch(wanted) else "/"
