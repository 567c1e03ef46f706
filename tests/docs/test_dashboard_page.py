"""docs/dashboard.md says every route, role, right and deed of the dashboard."""

from unittest.mock import Mock

from tests.docs.pages import nothing, page, row_of

PAGE = "docs/dashboard.md"


def test_every_route_stands_in_the_page() -> None:
    from penfriend.web.accounts.part import ASSETS, Dashboard

    code = set(page(PAGE).whole.section("Routes").code)
    routes = Dashboard(Mock()).routes()
    assert len(routes) > 5
    nothing(({f"{one.method} {one.path}" for one in routes} | {ASSETS}) - code, f"{PAGE}, Routes")


def test_every_role_and_right_stands_in_the_page() -> None:
    from penfriend.domain.accounts.roles import RIGHTS

    missing, shown = [], ""
    for role, rights in RIGHTS.items():
        row = row_of(PAGE, role.value, "Roles")
        shown += " ".join(row)  # a role may what those before it may
        missing += [f"{role.value}: {right.value}" for right in rights if f"`{right.value}`" not in shown]
    nothing(missing, f"{PAGE}, Roles")


def test_every_deed_stands_in_the_page_with_its_meaning() -> None:
    from penfriend.domain.accounts.audit import MEANINGS

    missing = [
        deed.value
        for deed, meaning in MEANINGS.items()
        if meaning not in row_of(PAGE, deed.value, "Audit log")[1:2]
    ]
    nothing(missing, f"{PAGE}, Audit log")
