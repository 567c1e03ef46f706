"""How the people of the sample shop answer a survey that has reached them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from penfriend.cli.sample_shop.chance import chance, later
from penfriend.cli.sample_shop.events import ShopEvent, event

_ANSWERED = 0.42
"""How many of those who are asked answer."""
_SCORES = {10: 24, 9: 22, 8: 19, 7: 12, 6: 7, 5: 6, 4: 3, 3: 3, 2: 2, 1: 1, 0: 1}
"""Scores by how often they are given."""
_COMMENTED = 0.35

_PLEASED = {
    "en": (
        "Packed with care, and the board is beautiful.",
        "Quick, friendly, no plastic.",
        "The mug is my favourite now.",
    ),
    "tr": ("Özenle paketlenmişti, tahta çok güzel.", "Hızlı ve güler yüzlü.", "Kupayı çok sevdim."),
    "ar": ("تغليف متقن واللوح جميل جدًا.", "خدمة سريعة ولطيفة.", "الكوب أصبح المفضل عندي."),
    "pl": (
        "Starannie zapakowane, deska jest piękna.",
        "Szybko i miło, bez plastiku.",
        "Kubek jest teraz moim ulubionym.",
    ),
}
_DISPLEASED = {
    "en": (
        "It took eleven days to arrive.",
        "One of the bowls had a crack.",
        "The towel is smaller than I thought.",
    ),
    "tr": ("On bir günde geldi.", "Kâselerden biri çatlaktı.", "Bez düşündüğümden küçük."),
    "ar": ("استغرق الوصول أحد عشر يومًا.", "كان أحد الأوعية متشققًا.", "المنشفة أصغر مما توقعت."),
    "pl": (
        "Paczka szła jedenaście dni.",
        "Jedna z misek była pęknięta.",
        "Ścierka jest mniejsza, niż się wydawało.",
    ),
}


@dataclass(frozen=True, slots=True)
class SurveySent:
    """A survey mail that went out."""

    key: str
    """Tells this mail from all others, the same in every run: campaign, contact, occurrence and step."""
    contact: str
    """The shop's id."""
    survey: str
    at: datetime
    """When it went out; aware."""
    locale: str = "en"
    """The language of the comment, or a locale of it."""


def answers(seed: int, sent: Iterable[SurveySent]) -> Iterator[ShopEvent]:
    """The answers to these mails, in the order of the mails; not all are answered."""
    for mail in sent:
        given = answer(seed, mail)
        if given is not None:
            yield given


def answer(seed: int, sent: SurveySent) -> ShopEvent | None:
    """The `survey_answered` event that follows, minutes to nine days later, or None.

    It depends on seed and mail alone.
    """
    dice = chance(seed, "answer", sent.key)
    if dice.random() >= _ANSWERED:
        return None
    score = dice.choices(list(_SCORES), weights=list(_SCORES.values()))[0]
    soon = dice.random() < 0.7
    moment = later(dice, sent.at, timedelta(minutes=4), timedelta(hours=14) if soon else timedelta(days=9))
    comments = _PLEASED if score >= 8 else _DISPLEASED
    words = {}
    if dice.random() < _COMMENTED:
        words["comment"] = dice.choice(comments.get(sent.locale.partition("_")[0], comments["en"]))
    return event(sent.contact, "survey_answered", moment, sent.key, survey=sent.survey, score=score, **words)
