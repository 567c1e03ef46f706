"""The pages of the inbox: a list that can be searched, and a mail beside it as it looks, as text, and raw."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from urllib.parse import urlencode

from penfriend.cli.inbox.kept import Kept

PAGE = 100

_STYLE = (files("penfriend.cli.inbox") / "inbox.css").read_text(encoding="utf-8")


def page(title: str, body: str) -> str:
    """A whole page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )


def listing(mails: list[Kept], found: int, words: str, start: int) -> str:
    """The list, newest first, a hundred to a page."""
    lines = "".join(
        f'<li><a href="/mail/{mail.number}"><time>{escape(mail.date)}</time>'
        f'<span class="to" dir="auto">{escape(mail.name or mail.to)}</span>'
        f'<span dir="auto">{escape(mail.subject)}</span></a></li>'
        for mail in mails
    )
    links = []
    if start > 0:
        links.append(f'<a href="/?{urlencode({"q": words, "from": max(0, start - PAGE)})}">Newer</a>')
    if start + len(mails) < found:
        links.append(f'<a href="/?{urlencode({"q": words, "from": start + PAGE})}">Older</a>')
    search = (
        f'<form><input type="search" name="q" value="{escape(words)}" placeholder="Names, subjects" '
        'aria-label="Search"></form>'
    )
    head = f"<header><h1>Inbox of the sample shop</h1><p>{found} mails</p>{search}</header>"
    nothing = "" if mails else "<p>No mail yet.</p>" if not words else "<p>No mail has these words.</p>"
    return page("Inbox", f"{head}<main><ol>{lines}</ol>{nothing}<nav>{''.join(links)}</nav></main>")


_CURRENT = ' aria-current="page"'
VIEWS = {"": "How it looks", "phone": "On a phone", "text": "Plain text", "raw": "As it came"}


def reading(mail: Kept, view: str = "", shown: str | None = None) -> str:
    """One mail in one of VIEWS; `shown` is its text where the view is of text."""
    links = "".join(
        f'<a href="/mail/{mail.number}?as={each}"{_CURRENT if each == view else ""}>{name}</a>'
        for each, name in VIEWS.items()
    )
    if shown is not None:
        body = f'<pre dir="auto">{escape(shown)}</pre>'
    else:
        # sandboxed: nothing in a mail can run a script or reach the inbox; its links open in a new tab
        body = (
            f'<iframe title="The mail" class="{view}" sandbox="allow-popups allow-popups-to-escape-sandbox" '
            f'src="/mail/{mail.number}/html"></iframe>'
        )
    head = '<header><h1><a href="/">Inbox of the sample shop</a></h1></header>'
    about = (
        f'<h2 dir="auto">{escape(mail.subject)}</h2>'
        f"<p><bdi>{escape(mail.name)}</bdi> &lt;{escape(mail.to)}&gt; · {escape(mail.date)} · "
        f"{mail.size / 1000:.1f} kB</p>"
    )
    return page(mail.subject, f"{head}<main>{about}<nav>{links}</nav>{body}</main>")
