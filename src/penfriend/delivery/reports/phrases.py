"""What servers say when they refuse a mail, in classes: about us, passing, the address is dead.

Codes lie: in a public collection 5.1.1 alone finds two of three dead addresses, and one in eight of what it
finds is alive; so words are read first. They are looked for in a text in lower case and one line, every
address as `@`, in the order of `SURE` and `WEAK`; the first class with a hit decides. In doubt an address is
not dead.
"""

from __future__ import annotations

import re
from enum import Enum

from penfriend.delivery.reports import words_about_us, words_of_death, words_of_passing
from penfriend.delivery.reports.any_of import any_of


class Says(Enum):
    """What a phrase is a sign of."""

    US = "us"
    """Our reputation, authentication, content or rate, or the sender's address."""
    PASSING = "passing"
    """The mailbox, the server or the network, for now."""
    GONE = "gone"
    """Nobody is there, and whoever says so has looked: the directory, the name service."""
    UNKNOWN = "unknown"
    """No such name. It is believed where the code (5.1.x) or the moment (the answer to RCPT) says the same:
    filters of people who are there say it too, after the mail has come."""
    DISABLED = "disabled"
    """Switched off, and may be switched on again; believed where the code is 5.1.x."""


_ANSWERS: tuple[tuple[Says, re.Pattern[str]], ...] = (
    # Exchange Online (directory-based edge blocking), IronPort, Orange and La Poste, Yahoo and Mail.ru (which
    # look after DATA), Outlook.com
    (
        Says.GONE,
        any_of(
            r"recipient address rejected: access denied",
            r"#5\.1\.0 address rejected",
            r"\b(?:ofr|lpn)\w{0,8}_416",
            r"\bdd (?:this user doesn.t have an? \S+ account|not a valid recipient)",
            r"requested mail action aborted, mailbox not found",
            r"local mailbox @ is unavailable: user not found",
            r"because the domain is not reachable\. please check the domain",
            r"mailbox unavailable \(-?\d+:\d+:-?\d+\)",
            r"\b5\.5\.0 requested action not taken: mailbox unavailable",
            r"dns lookup failure: host \S+ not found",
        ),
    ),
    # KDDI, whose filters say so after DATA and name the address where it is unknown; cPanel, which does not
    # know why; Postfix, whatever command it had reached; Facebook; an account that is blocked, not a sender
    (
        Says.PASSING,
        any_of(
            r"\b550:? : user unknown",
            r"may be blacklisted, or missing the proper dns entries",
            r"(?:lost connection|conversation|timed? ?out) with",
            r"recipient preferences|preferences of the person",
            r"\b(?:recipient|user|destinataire|mailbox|account)\b[^.;:]{0,24}"
            r"\b(?:is|est|has been) (?:blocked|bloqu[eé])",
        ),
    ),
    # Google Groups, where the group may exist; Amazon SES, whose own 5.1.0 hides the other server's 5.7.1
    (
        Says.US,
        any_of(
            r"\binvalid ip\b",
            r"groups\.google\.com",
            r"unknown address error .{0,20}5\.7\.",
            r"spamhaus\.org",
            r"(?:may|might) not exist,? or you (?:may|might|do) not have",
        ),
    ),
)
"""Answers that mean another thing than their words."""

SURE: tuple[tuple[Says, re.Pattern[str]], ...] = (
    *_ANSWERS,
    (Says.US, words_about_us.SURE),
    (Says.PASSING, words_of_passing.SURE),
    (Says.GONE, words_of_death.GONE),
    (Says.DISABLED, words_of_death.DISABLED),
    (Says.UNKNOWN, words_of_death.UNKNOWN),
)
"""Said plainly: the first that is found decides."""
WEAK: tuple[tuple[Says, re.Pattern[str]], ...] = (
    (Says.PASSING, any_of(r"recipient address rejected\.?$")),
    (Says.US, words_about_us.WEAK),
    (Says.PASSING, words_of_passing.WEAK),
)
"""Words that many say for many things: they count after the codes."""

BOILERPLATE = any_of(
    # qmail, Exim, Postfix, Gmail, Outlook, Sendmail write this around every refusal, whatever it is
    r"i.m afraid i wasn.t able to deliver your message to the following addresses?\.",
    r"this is a permanent error[;.,] ?i.ve given up\.", r"giving up on [\w.:\[\]-]+",
    r"sorry it didn.t work out\.",
    r"this message was created automatically by .{0,60}?(?:software|relay|server)\b[^.]{0,40}\.",
    r"a message that you (?:have )?sent (?:could not be delivered|to)[^.]{0,80}\.",
    r"i.m sorry to have to inform you that[^.]{0,160}\.",
    r"for further assistance[^.]{0,120}\.", r"if you do so, please include this problem report\.",
    r"you can delete your own text from the [^.]{0,60}\.",
    r"check for typos or unnecessary spaces and try again", r"try re-?typing[^.]{0,160}\.",
    r"you can try (?:to )?re-?send[^.]{0,80}\.?", r"please try re-?sending[^.]{0,80}\.?",
    r"try re-?send(?:ing)? the message[^.]{0,60}\.?",
    r"(?:please )?(?:check|double-check|try double-checking) the recipient.s e-?mail[^.]{0,80}(?:and try|"
    r"then try|try)[^.]{0,60}\.",
    r"please check [^.]{0,60}and (?:try|re-?send)[^.]{0,60}\.",
    r"the attachment contains the original[^.]{0,40}\.?",
    r"this report relates to a message you sent with the following header fields:?",
    r"contact the recipient[^.]{0,200}\.", r"the original message was (?:received|included)[^.]{0,80}",
    r"this is an automatically generated[^.]{0,80}\.",
    r"we recommend contacting the other email provider[^.]{0,100}\.", r"please do not reply[^.]{0,60}\.?",
    r"diagnostic information for administrators:?",
)  # fmt: skip
"""Taken out of a text before phrases are looked for."""
