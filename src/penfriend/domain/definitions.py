"""All that one revision defines: brand, topics, policy, data, segments, campaigns and surveys, already
checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from penfriend.domain.campaign import Campaign, Policy
from penfriend.domain.campaign_test import CampaignTest
from penfriend.domain.dkim import Dkim
from penfriend.domain.fields import FieldType
from penfriend.domain.outgoing import Kind
from penfriend.domain.problems import Place
from penfriend.domain.results import Results
from penfriend.domain.retention import Retention
from penfriend.domain.segment import Segment
from penfriend.domain.sources import Source
from penfriend.domain.theme import Theme
from penfriend.domain.timing import Duration, Unit, zone_of
from penfriend.domain.tracking import NOTHING, WHOLE, Tracking
from penfriend.domain.transport_plan import TransportPlan
from penfriend.domain.utm import Utm

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
    utm: Utm | None = None
    """What the links of its letters carry; None is nothing."""
    theme: Theme = field(default_factory=Theme)
    return_path: str | None = None
    """Where what comes back goes, without a token; None is to the sender."""
    tracking: Tracking = WHOLE
    """What is learned of its marketing mails, where a campaign does not say it itself."""

    @property
    def zone(self) -> ZoneInfo:
        """The brand's clock, by which conditions go."""
        return zone_of(self.timezone)

    @property
    def message_id_domain(self) -> str:
        """What stands behind the @ of its mails' Message-IDs: the sender's domain, in ASCII (RFC 5890)."""
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "penfriend.invalid"
        return domain.encode("idna").decode("ascii")


Text = str | Mapping[str, str]
"""A text, or one for each locale."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a person subscribes to and can leave."""

    name: str
    title: Text
    double_opt_in: bool = False
    was: str | None = None
    """The name that it had in the revision before."""


class SurveyKind:
    """The kinds of survey, with their lowest and highest score."""

    SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5)}


@dataclass(frozen=True, slots=True)
class Survey:
    """A question with a scale. `kind` is nps (0..10), csat (1..5) or choice (1 to the number of options)."""

    name: str
    kind: str
    question: Text
    comment: Text | None = None
    options: tuple[Text, ...] = ()
    """What can be chosen, for a choice: the score is the number of the option, from 1."""

    @property
    def scores(self) -> range:
        """Every score that can be given, lowest first."""
        if self.options:
            return range(1, len(self.options) + 1)
        low, high = SurveyKind.SCALES[self.kind]
        return range(low, high + 1)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Another system that a step tells, by the rules of Standard Webhooks."""

    name: str
    url: str
    """https only."""
    secret: str = field(repr=False)
    """`whsec_` and base64, or any text: what signs the calls."""


@dataclass(frozen=True, slots=True)
class Outgoing(Webhook):
    """Another system that is told what happens, in the same way."""

    on: tuple[Kind, ...]
    """What it is told of."""


@dataclass(frozen=True, slots=True)
class Coupon:
    """Codes for letters: unique ones from a file, or one for everybody; exactly one of the two is given."""

    name: str
    file: str | None = None
    """A CSV beside the campaign file: one code a line, or the column `code`."""
    code: str | None = None
    warn_below: int = 0
    """`status` warns when fewer are left."""
    was: str | None = None
    """The name that it had in the revision before."""
    place: Place | None = field(default=None, compare=False)
    """Where its file is named."""


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
    brands: Mapping[str, Brand] = field(default_factory=dict)
    """Further senders; what they do not say is as in `brand`."""
    exchange_rates: Mapping[str, Decimal] = field(default_factory=dict)
    """What one unit of a currency is worth in the brand's; applied when an amount arrives."""
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    outgoing: Mapping[str, Outgoing] = field(default_factory=dict)
    coupons: Mapping[str, Coupon] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Databases of the company."""
    transports: Mapping[str, TransportPlan] = field(default_factory=dict)
    """Further ways out, and what the files say of `default`."""
    dkim: tuple[Dkim, ...] = ()
    """The keys that sign mail, in the order of the files."""
    retention: Retention = field(default_factory=Retention)
    results: Results = field(default_factory=Results)
    tests: tuple[CampaignTest, ...] = ()

    def transport_plan(self, name: str) -> TransportPlan:
        """What the files say of a transport; nothing of `default`, most often."""
        return self.transports.get(name) or TransportPlan(name=name)

    def brand_of(self, campaign: str) -> Brand:
        """Who writes the mails of a campaign."""
        known = self.campaigns.get(campaign)
        return self.brand if known is None or known.brand is None else self.brands[known.brand]

    @property
    def aiming(self) -> frozenset[str]:
        """The campaigns that have a goal."""
        return frozenset(name for name, campaign in self.campaigns.items() if campaign.goal is not None)

    def tracking_of(self, campaign: str) -> Tracking:
        """What is tracked of the mails of a campaign: what it says itself, else what its brand says; what is
        owed is not tracked unless it says so."""
        known = self.campaigns.get(campaign)
        if known is not None and known.tracking is not None:
            return known.tracking
        return NOTHING if known is None or known.is_transactional else self.brand_of(campaign).tracking
