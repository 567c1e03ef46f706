"""What `validate` finds in letters and catalogs: one code for each kind, its level, what it means and what to
do about it. The page docs/lint.md lists the same with examples."""

from __future__ import annotations

from typing import NamedTuple

from penfriend.domain.problems import Level


class Meaning(NamedTuple):
    """One kind of finding."""

    level: Level
    means: str
    """What is the matter, in a few words."""
    advice: str
    """What to do."""
    firm: bool = False
    """Such a letter cannot be made or would arrive broken, so `lint.ignore` does not silence it."""


def _broken(means: str, advice: str) -> Meaning:
    return Meaning("error", means, advice, firm=True)


CODES: dict[str, Meaning] = {
    # files, heads, layouts
    "missing-template": _broken(
        "A step sends a letter that there is no file for.", "Write the file, or mend the name in the step."
    ),
    "missing-subject": _broken("The head has no subject.", "Begin the file with a head that says subject."),
    "broken-head": _broken(
        "The head is not closed, or a line of it is no known key with a text.",
        "Write subject, preview and lint.ignore as `key: text`, one on a line, between two lines of ---.",
    ),
    "broken-include": _broken(
        "A layout or partial that is named does not exist, is part of itself, or is computed.",
        "Name a file below templates/ in quotes; extends stands first.",
    ),
    "broken-block": _broken(
        "A block is not closed, is there twice or in no layout, or something stands outside of all blocks.",
        "Pair {% block NAME %} with {% endblock %}; what a letter with a layout shows stands in blocks.",
    ),
    "too-large": _broken(
        "A file has too many characters, tags or parts, or is nested too deeply.",
        "Make the letter smaller; the limits stand in docs/templates.md.",
    ),
    # Jinja
    "jinja-syntax": _broken(
        "A Jinja tag is not closed, not paired, or cannot be read.",
        "Close and pair the tag at the place that is told.",
    ),
    "unknown-name": _broken(
        "A name that letters do not have.", "Mend the name; all names stand in docs/templates.md."
    ),
    "unknown-filter": _broken(
        "A filter or test that letters do not have.",
        "Mend the name; the filters stand in docs/templates.md.",
    ),
    "bad-count": _broken(
        "A count, sum or average is narrowed in a way that cannot be read before the letter is made.",
        "Give within, before and after as texts in quotes, on a field that can be counted.",
    ),
    "fails": _broken(
        "The letter cannot be made for a made-up person of whom all is known.",
        "Mend the expression at the place that is told.",
    ),
    "fails-for-some": Meaning(
        "warning",
        "The letter cannot be made for people of whom little is known; theirs would fail.",
        "Ask {% if ... %} before, or give another value: {{ ... or ... }}.",
    ),
    # MJML and HTML
    "mjml-syntax": _broken(
        "Tags or attributes that cannot be read, or text and values where MJML has none.",
        "Close the tag, quote the attribute, or put the text into <mj-text>.",
    ),
    "unknown-element": _broken("An element that MJML does not have.", "Mend the name."),
    "unknown-attribute": _broken(
        "An attribute that the element does not have.", "Mend the name, or write it in a css-class."
    ),
    "misplaced-element": _broken(
        "An element inside one that cannot hold it.", "Move it into one of the elements that are named."
    ),
    "bad-value": _broken(
        "The value of an attribute is no length, or not one of the words allowed.", "Mend the value."
    ),
    "html-syntax": _broken(
        "HTML that is not closed, closed twice, or has a value without quotes.",
        "Pair the tags, quote the value.",
    ),
    "html-doubtful": Meaning(
        "warning",
        "HTML that may not be closed: Jinja decides which half of a pair is written.",
        "Put the whole pair into each branch.",
    ),
    "inline-style": Meaning(
        "warning",
        'mj-style inline="inline" stays an ordinary style sheet.',
        "Write what must hold everywhere into style attributes.",
    ),
    "foreign-icons": Meaning(
        "warning",
        "MJML fetches icons from machines of others, who learn who opens the letter.",
        "Name pictures of your own.",
    ),
    "lost-content": _broken(
        "MJML does not show the content of this element.", "Move the content into an element that shows it."
    ),
    "compiled-for-each-mail": Meaning(
        "notice",
        "MJML loses or doubles a Jinja tag here, or its layout depends on the data, so the letter is compiled"
        " for each mail: right, but two to three times as slow.",
        "Give columns a width and write widths and paddings as numbers, or leave it.",
    ),
    # what the reader meets
    "insecure-link": Meaning(
        "warning", "A link or picture without encryption.", "Write https:// where the site has it."
    ),
    "placeholder-link": Meaning(
        "warning",
        "A link or picture without an address, or with one that leads nowhere: #, no https:, from a draft.",
        "Write the address.",
    ),
    "empty-link": Meaning(
        "warning",
        "A link without text: nobody sees it, and who listens to the letter hears its address.",
        "Write a text, give the picture in it an alt, or take the link out.",
    ),
    "missing-alt": Meaning(
        "warning",
        "A picture without alt: where pictures are off or read aloud, its file name stands for it.",
        'Say in alt what the picture says; alt="" where it only decorates.',
    ),
    "text-in-images": Meaning(
        "warning",
        "The letter says nearly nothing but in pictures, which half of the readers do not see at first.",
        "Write the words as text, beside or over the picture.",
    ),
    "low-contrast": Meaning(
        "warning",
        "Text that is hard to read on its background: under 4.5 to 1, or 3 to 1 where it is large.",
        "Darken the text or lighten what it stands on.",
    ),
    "low-contrast-dark": Meaning(
        "warning",
        "The same in the dark, with the style sheet of prefers-color-scheme.",
        "Give text and background a colour of theme.dark each; one alone is not enough.",
    ),
    "html-clipped": Meaning(
        "warning",
        "The HTML is longer than 102 KB, and Gmail shows only its beginning: the footer is lost.",
        "Shorten the letter, or show fewer entries of a list.",
    ),
    "html-long": Meaning(
        "notice",
        "The HTML is over nine tenths of the 102 KB at which Gmail cuts.",
        "Shorten the letter before longer values push it over.",
    ),
    "long-subject": Meaning(
        "warning",
        "The subject has more than 78 characters; most programs show 30 to 70.",
        "Say the main thing in the first words and the rest in the preview.",
    ),
    "faked-reply": Meaning(
        "error",
        "The subject begins like an answer or a forwarded mail, which this letter is not.",
        "Take Re:, Fwd: and their like out; law and spam filters take it for deceit.",
    ),
    "missing-preview": Meaning(
        "warning",
        "There is no preview: mail programs show the first words of the letter beside the subject.",
        "Write `preview: ...` into the head.",
    ),
    "long-preview": Meaning(
        "notice",
        "The preview has more than 150 characters; no mail program shows so many.",
        "Shorten it to what should be seen.",
    ),
    "missing-unsubscribe": Meaning(
        "warning",
        "A marketing letter shows no link to unsubscribe.",
        "Show links.unsubscribe or links.preferences where it can be found.",
    ),
    "missing-address": Meaning(
        "warning",
        "A marketing letter does not show the postal address of its sender, which many laws want.",
        "Show brand.address in the footer.",
    ),
    "unsupported-css": Meaning(
        "warning",
        "CSS that Gmail, Apple Mail or Outlook does not know, and without which the letter looks broken.",
        "Use MJML's columns or a table, or write a plainer value in front of it, or put it into @media.",
    ),
    "unsupported-html": Meaning(
        "warning",
        "An element that Gmail, Apple Mail or Outlook does not show or does not let work.",
        "Link to a page that has it.",
    ),
    # catalogs
    "broken-catalog": _broken(
        "A catalog, its plural forms or a translation's placeholders cannot be read.",
        "Mend the catalog at the place that is told.",
    ),
    "unread-file": Meaning(
        "warning",
        "A catalog or variant that no letter is ever made of.",
        "Move it, or give it the name of a locale.",
    ),
    "doubtful-catalog": Meaning(
        "warning",
        "A text stands twice in a catalog, translated in two ways, or its language has more plural forms.",
        "Run `penfriend translate update`; write the Plural-Forms that are told.",
    ),
    "missing-translation": Meaning(
        "warning",
        "Texts of a letter or a campaign file that a language with a catalog lacks.",
        "Run `penfriend translate update` and translate what is empty in the catalog.",
    ),
    "fuzzy-translation": Meaning(
        "warning",
        "Translations of former texts, which are not used.",
        "Look at what is marked fuzzy in the catalog, and take the mark away.",
    ),
    # lint.ignore
    "bad-ignore": _broken(
        "lint.ignore without a reason, or with a code that there is not or that cannot be silenced.",
        "Write `lint.ignore: code - reason`.",
    ),
    "idle-ignore": Meaning(
        "warning", "lint.ignore silences nothing: the letter has no such finding.", "Take the line out."
    ),
}
