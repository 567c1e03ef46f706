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
    ),
    # https://developers.brevo.com/docs/heterogenous-versions-batch-emails: 30 minutes; its changelog says 15
    Provider(name="brevo", title="Brevo", needs=("api_key",), tracks=False, one_effect=15 * 60),
    Provider(name="mailersend", title="MailerSend", needs=("api_token",), metadata=False),
    Provider(
        name="mailgun", title="Mailgun", needs=("api_key",), may=("sender_domain",), keeps_message_id=True
    ),
    Provider(name="mailjet", title="Mailjet", needs=("api_key", "secret_key")),
    Provider(name="mailtrap", title="Mailtrap", needs=("api_token",), may=("sandbox_id",), tracks=False),
    Provider(name="mandrill", title="Mandrill", needs=("api_key",)),
    Provider(name="postal", title="Postal", needs=("api_key", "api_url"), tracks=False, metadata=False),
    Provider(
        name="postmark",
        title="Postmark",
        needs=("server_token",),
        may=("message_stream",),
        keeps_message_id=True,
    ),
    # https://resend.com/docs/dashboard/emails/idempotency-keys: 24 hours
    Provider(name="resend", title="Resend", needs=("api_key",), tracks=False, one_effect=24 * 3600),
    Provider(
        name="scaleway", title="Scaleway", needs=("secret_key", "project_id"), may=("region",), tracks=False
    ),
    Provider(name="sendgrid", title="SendGrid", needs=("api_key",), keeps_message_id=True),
    Provider(name="sparkpost", title="SparkPost", needs=("api_key",), may=("subaccount",)),
    Provider(name="unisender-go", title="Unisender Go", needs=("api_key", "api_url")),
)
PROVIDERS: dict[str, Provider] = {one.name: one for one in _ALL}
"""By name."""
