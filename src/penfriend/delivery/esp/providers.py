"""The mail providers: what each is called, what its account needs, and what it can do. Pure.

Sources: the documentation of django-anymail 15.2 per provider, and that of the providers where a line names
it.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEME = "anymail+"
"""What the scheme of a provider's address begins with: `anymail+postmark://`."""
OUR_ID = "penfriend_id"
"""The name under which a mail's Message-ID, without its angle brackets, goes with it and comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One mail provider. `needs` and `may` are options of an address, handed to anymail under their names."""

    name: str
    """As in the address and in the webhook's path: `amazon-ses`."""
    title: str
    """As the provider writes itself."""
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    tracks: bool = True
    """Whether it takes word of us that opens and clicks are not to be tracked."""
    keeps_message_id: bool = False
    """Whether the recipient sees the Message-ID that we gave."""
    metadata: bool = True
    """Whether it takes metadata. Where it does not, our id goes as the mail's tag."""
    one_effect: float = 0.0
    """Seconds within which the same request with the same idempotency key has one effect; 0 where there is no
    such key."""

    reports_by: str = ""
    """What its webhooks are checked by, as a person is told; empty where anymail reads no webhooks of it."""

    @property
    def webhook(self) -> str:
        """The name in the environment of what its webhooks are checked by."""
        return f"PENFRIEND_WEBHOOK_{self.module.upper()}"

    @property
    def module(self) -> str:
        """Its module in anymail."""
        return self.name.replace("-", "_")

    @property
    def scheme(self) -> str:
        """The scheme of its addresses."""
        return SCHEME + self.name

    @property
    def options(self) -> tuple[str, ...]:
        """Every option that its account can have."""
        return (*self.needs, *self.may)


_ALL = (
    Provider(
        name="amazon-ses",
        title="Amazon SES",
        needs=(),
        may=(
            "region",
            "access_key_id",
            "secret_access_key",
            "session_token",
            "configuration_set_name",
        ),
        tracks=False,
        reports_by="the ARNs of the SNS topics that may report",
    ),
    # https://developers.brevo.com/docs/heterogenous-versions-batch-emails: 30 minutes; its changelog says 15
    Provider(
        name="brevo",
        title="Brevo",
        needs=("api_key",),
        tracks=False,
        one_effect=15 * 60,
        reports_by="user:password",
    ),
    Provider(
        name="mailersend",
        title="MailerSend",
        needs=("api_token",),
        metadata=False,
        reports_by="the signing secret",
    ),
    Provider(
        name="mailgun",
        title="Mailgun",
        needs=("api_key",),
        may=("sender_domain",),
        keeps_message_id=True,
        reports_by="the HTTP webhook signing key",
    ),
    Provider(
        name="mailjet",
        title="Mailjet",
        needs=("api_key", "secret_key"),
        reports_by="user:password",
    ),
    Provider(
        name="mailtrap",
        title="Mailtrap",
        needs=("api_token",),
        may=("sandbox_id",),
        tracks=False,
        reports_by="the signature secret",
    ),
    Provider(
        name="mandrill",
        title="Mandrill",
        needs=("api_key",),
        reports_by="the webhook key",
    ),
    Provider(
        name="postal",
        title="Postal",
        needs=("api_key", "api_url"),
        tracks=False,
        metadata=False,
        reports_by="the public key of your server, in base64",
    ),
    Provider(
        name="postmark",
        title="Postmark",
        needs=("server_token",),
        may=("message_stream",),
        keeps_message_id=True,
        reports_by="user:password",
    ),
    # https://resend.com/docs/dashboard/emails/idempotency-keys: 24 hours
    Provider(
        name="resend",
        title="Resend",
        needs=("api_key",),
        tracks=False,
        one_effect=24 * 3600,
        reports_by="the signing secret, whsec_...",
    ),
    Provider(
        name="scaleway", title="Scaleway", needs=("secret_key", "project_id"), may=("region",), tracks=False
    ),
    Provider(
        name="sendgrid",
        title="SendGrid",
        needs=("api_key",),
        keeps_message_id=True,
        reports_by="the verification key of the Signed Event Webhook, or user:password",
    ),
    Provider(
        name="sparkpost",
        title="SparkPost",
        needs=("api_key",),
        may=("subaccount",),
        reports_by="user:password",
    ),
    Provider(
        name="unisender-go",
        title="Unisender Go",
        needs=("api_key", "api_url"),
        reports_by="the API key",
    ),
)
PROVIDERS: dict[str, Provider] = {one.name: one for one in _ALL}
"""By name."""
