"""All that one revision defines: brand, topics, policy, data, segments, campaigns and surveys, already
checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from penfriend.domain.campaign import Campaign, Policy
from penfriend.domain.fields import FieldType
from penfriend.domain.segment import Segment
from penfriend.domain.timing import Duration, Unit, zone_of

DEFAULT_MAX_LATENESS = Duration(2, Unit.DAYS)
"""What holds where no policy gives `max_lateness`."""


@dataclass(frozen=True, slots=True)
class Brand:
    """Who writes. `locale`, `timezone` and `currency` are the fallbacks of every contact."""

    name: str = ""
    sender: str = ""
    """`from`: a display name and an address (RFC 5322 mailbox)."""
    reply_to: str | None = None
    address: str | None = None
    """The postal address that every marketing mail carries."""
    public_url: str = "http://127.0.0.1:8400"
    locale: str = "en"
    timezone: str = "UTC"
    currency: str = "EUR"

    @property
    def zone(self) -> ZoneInfo:
        """The brand's clock, by which conditions go."""
        return zone_of(self.timezone)


Text = str | Mapping[str, str]
"""A text, or one for each locale."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a person subscribes to and can leave."""

    name: str
    title: Text
    double_opt_in: bool = False


class SurveyKind:
    """The kinds of survey, with their lowest and highest score."""

    SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5)}


@dataclass(frozen=True, slots=True)
class Survey:
    """A question with a scale. `kind` is nps (0..10) or csat (1..5)."""

    name: str
    kind: str
    question: Text
    comment: Text | None = None

    @property
    def scores(self) -> range:
        """Every score that can be given, lowest first."""
        low, high = SurveyKind.SCALES[self.kind]
        return range(low, high + 1)


@dataclass(frozen=True, slots=True)
class DataTypes:
    """The company's own names and their types: `data.contact`, `data.product` and `data.events`."""

    contact: Mapping[str, FieldType] = field(default_factory=dict)
    events: Mapping[str, Mapping[str, FieldType]] = field(default_factory=dict)
    product: Mapping[str, FieldType] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Definitions:
    """One revision, checked: every name that is used is defined, every segment's references end."""

    brand: Brand = Brand()
    topics: Mapping[str, Topic] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    data: DataTypes = DataTypes()
    segments: Mapping[str, Segment] = field(default_factory=dict)
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)
    surveys: Mapping[str, Survey] = field(default_factory=dict)
