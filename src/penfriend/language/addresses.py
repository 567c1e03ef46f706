"""Names, addresses, places: the words that brand, topics and names want."""

from __future__ import annotations

import base64
import ipaddress
import re
from urllib.parse import urlsplit

from penfriend.domain.dkim import PEM_BEGINS
from penfriend.language.quoting import quote
from penfriend.language.words import WordError

NAME_PATTERN = r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,63}"
LABEL_PATTERN = r"[^.\s\x00-\x1f](?:[^.\x00-\x1f]{0,98}[^.\s\x00-\x1f])?"
TEMPLATE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_\-]*(?:/[A-Za-z0-9][A-Za-z0-9_\-]*)*"
LOCALE_PATTERN = r"[a-z]{2,3}(?:[_\-][A-Z][a-z]{3})?(?:[_\-](?:[A-Z]{2}|[0-9]{3}))?"
CURRENCY_PATTERN = r"[A-Z]{3}"
COUPON_FILE_PATTERN = r"[^/\\\x00-\x1f][^\\\x00-\x1f]*\.csv"
SQL_FILE_PATTERN = r"[^/\\\x00-\x1f][^\\\x00-\x1f]*\.sql"
SOURCE_URL_PATTERN = r"[a-z][a-z0-9_]*(?:\+[a-z0-9_]+)?://[^\s]*"
INCLUDE_PATTERN = r"[^/~\\:\x00-\x1f][^\\:\x00-\x1f]*\.ya?ml"
DOMAIN_PATTERN = r"[^\s@/:.]+(?:\.[^\s@/:.]+)+"
SELECTOR_PATTERN = r"[A-Za-z0-9](?:[A-Za-z0-9_.\-]{0,60}[A-Za-z0-9])?"
DKIM_KEY_PATTERN = r"-----BEGIN [^\x00]+|[^\x00-\x1f]*\.(?:pem|key)"
TRANSPORT_PATTERN = r"[a-z][a-z0-9+.\-]*:[^\s]*"

_NAME, _LABEL, _TEMPLATE = map(re.compile, (NAME_PATTERN, LABEL_PATTERN, TEMPLATE_PATTERN))
_MAILBOX = re.compile(r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<>"]*))\s*<(?P<address>[^<>\s]+)>')
_SPECIALS = re.compile(r'[][\\()<>@,:;".]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def parse_text(text: str) -> str:
    """Any text with something in it."""
    if not text.strip():
        raise WordError("the text is empty.")
    return text


def parse_line(text: str) -> str:
    """A text on one line."""
    if _CONTROL.search(text.strip()):
        raise WordError(f"{quote(text)} has to be one line of text.")
    return parse_text(text.strip())


def parse_postal(text: str) -> str:
    """A postal address; several lines become one with commas."""
    return parse_line(", ".join(line.strip(" ,\t") for line in text.splitlines() if line.strip()))


def parse_name(text: str) -> str:
    """The name of a topic, segment, campaign or survey: letters, digits, _ and -."""
    if not _NAME.fullmatch(text):
        raise WordError(
            f"{quote(text)} is no name. A name has letters from a to z, digits, _ and -, at most 64 of them."
        )
    return text


def parse_label(text: str) -> str:
    """The name of an event, a property, an attribute or a step: any text without a dot on one line."""
    if not _LABEL.fullmatch(text):
        raise WordError(
            f"{quote(text)} is no name here. It is one line without a dot, at most 100 characters."
        )
    return text


def parse_template(text: str) -> str:
    """The name of a template: its path below `templates`, without the ending."""
    bare = text.removesuffix(".mjml")
    if bare != text:
        raise WordError(f"a template is named without its ending: {bare}.")
    if not _TEMPLATE.fullmatch(text) or len(text) > 200:
        raise WordError(
            f"{quote(text)} is no template. Write its path below templates, such as welcome/hello."
        )
    return text


def parse_email(text: str) -> str:
    """An address that mail can be sent to."""
    from email_validator import EmailNotValidError, validate_email  # costly: its tables of characters

    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise WordError(f"{quote(text)} is no address: {reason[:1].lower()}{reason[1:]}.") from None


def parse_mailbox(text: str) -> str:
    """`Acorn & Oak <hello@mail.acornandoak.example>` or a bare address, as RFC 5322 writes a mailbox (the
    name quoted if it has to be)."""
    text = parse_line(text)
    found = _MAILBOX.fullmatch(text)
    if found is None:
        if "<" in text or " " in text:
            raise WordError(
                f"{quote(text)} is no sender. Write Name <address>, such as Acorn & Oak"
                " <hello@mail.acornandoak.example>."
            )
        return parse_email(text)
    address = parse_email(found["address"])
    name = found["plain"].strip() if found["quoted"] is None else re.sub(r"\\(.)", r"\1", found["quoted"])
    if not name:
        return address
    if _SPECIALS.search(name):
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        return f'"{escaped}" <{address}>'
    return f"{name} <{address}>"


def parse_url(text: str) -> str:
    """An http or https address without query, as the beginning of links; without the slash at its end."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        good = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        )
        good = good and (parts.port is None or parts.port > 0) and not re.search(r"[\s<>\"']", text)
    except ValueError:
        good = False
    if not good:
        raise WordError(
            f"{quote(text)} is no address of a site. Write it with http:// or https://, such as"
            " https://mail.acornandoak.example."
        )
    return text.rstrip("/")


def parse_https(text: str) -> str:
    """An https address that is out in the world: no name or number of this machine or of a private net."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        good = parts.scheme == "https" and bool(parts.hostname) and not (parts.username or parts.fragment)
        good = good and (parts.port is None or parts.port > 0) and not re.search(r"[\s<>\"']", text)
    except ValueError:
        good = False
    if not good:
        raise WordError(
            f"{quote(text)} is no address for a webhook. Write it with https://, such as"
            " https://care.acornandoak.example/hooks."
        )
    if _is_inside(parts.hostname or ""):
        raise WordError(f"{quote(text)} is an address of this machine or of a private net; none is called.")
    return text


def _is_inside(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def parse_secret(text: str) -> str:
    """What signs the calls of a webhook: any text, or `whsec_` and base64 of 24 bytes or more."""
    secret = parse_line(text)
    if secret.startswith("whsec_"):
        try:
            length = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
        except ValueError:
            length = 0
        if not 24 <= length <= 64:  # Standard Webhooks, "Signature scheme"
            raise WordError("a secret with whsec_ has base64 of 24 to 64 bytes behind it.")
    return secret


def parse_coupon_file(text: str) -> str:
    """The path of a CSV file below the folder of the campaign files."""
    text = text.strip()
    parts = text.split("/")
    if not re.fullmatch(COUPON_FILE_PATTERN, text) or ".." in parts or "." in parts:
        raise WordError(
            f"{quote(text)} is no file of codes. Write the path of a CSV file beside the campaigns, such as"
            " coupons/spring.csv."
        )
    return text


def _is_beside(text: str, pattern: str) -> bool:
    """Whether a path of this pattern stays below the folder of the campaign files, and is not a letter's."""
    parts = text.split("/")
    return bool(re.fullmatch(pattern, text)) and not {"", ".", ".."} & set(parts) and parts[0] != "templates"


def parse_sql_file(text: str) -> str:
    """The path of an .sql file below the folder of the campaign files."""
    text = text.strip()
    if not _is_beside(text, SQL_FILE_PATTERN):
        raise WordError(
            f"{quote(text)} is no file with a SELECT. Write the path of an .sql file beside the campaigns,"
            " such as sql/fans.sql."
        )
    return text


def parse_source_url(text: str) -> str:
    """The address of a database as SQLAlchemy writes it; it is tried when it is read."""
    text = text.strip()
    if not re.fullmatch(SOURCE_URL_PATTERN, text):
        raise WordError(  # what stands there may hold a password
            "this is no address of a database. Write postgresql://user:password@host/name, or"
            " sqlite:///file.db."
        )
    return text


def parse_include(text: str) -> str:
    """A path, or a pattern with `*`, of campaign files below the folder of the first one."""
    if not _is_beside(text, INCLUDE_PATTERN):
        raise WordError(
            f"{quote(text)} names no campaign files. Write a path below this folder that ends with .yaml,"
            " such as campaigns/*.yaml."
        )
    return text


def parse_transport(text: str) -> str:
    """The address of a transport, as PENFRIEND_TRANSPORT has it."""
    text = text.strip()
    if not re.fullmatch(TRANSPORT_PATTERN, text):
        raise WordError("this is no address of a transport. Write it such as smtp://user:password@host:587.")
    return text


def parse_domain(text: str) -> str:
    """A domain, in small letters and ASCII (IDNA)."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(f"a@{text.strip()}", check_deliverability=False)
    except EmailNotValidError:
        raise WordError(f"{quote(text)} is no domain. Write it such as mail.acornandoak.example.") from None
    return found.ascii_domain.lower()


def parse_selector(text: str) -> str:
    """The name of a DKIM key, a label of the DNS or several with dots between them."""
    if not re.fullmatch(SELECTOR_PATTERN, text.strip()) or ".." in text:
        raise WordError(
            f"{quote(text)} is no selector. It has letters, digits, - and dots, such as spring-2026."
        )
    return text.strip()


def parse_dkim_key(text: str) -> str:
    """A private key in PEM, or the path of a PEM file. The lines of PEM may have `\\n` between them, which is
    how an environment file has to write it."""
    text = text.strip()
    if text.startswith(PEM_BEGINS):
        return text.replace("\\n", "\n") + "\n"
    if not re.fullmatch(DKIM_KEY_PATTERN, text):
        raise WordError(
            "this is no private key. Write the path of a PEM file, such as keys/dkim.pem, or take its text"
            ' from the environment: "${DKIM_KEY}".'
        )
    return text


def parse_locale(text: str) -> str:
    """`en`, `tr_TR`, `zh_Hant_TW`; a hyphen is taken as an underscore."""
    text = text.strip()
    if not re.fullmatch(LOCALE_PATTERN, text):
        raise WordError(
            f"{quote(text)} is no locale. Write a language, or language and country, such as en or tr_TR."
        )
    return text.replace("-", "_")


def parse_currency(text: str) -> str:
    """Three capital letters of ISO 4217."""
    if not re.fullmatch(CURRENCY_PATTERN, text.strip()):
        raise WordError(f"{quote(text)} is no currency. Write its three capital letters, such as GBP.")
    return text.strip()
