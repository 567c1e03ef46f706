"""Transports over the APIs of mail providers, by the cases that every transport must pass.

Four of them: JSON, a form, boto3, an idempotency key. What the others say and hear is in
tests/unit/delivery/esp.
"""

from collections.abc import Iterator

import pytest

from penfriend.delivery import open_transport
from penfriend.testing import Carried, TransportCases
from tests.support.esp_mails import sent_mails, survives
from tests.support.fake_esp import address, fake_provider


@pytest.mark.parametrize("provider", ["amazon-ses", "mailgun", "postmark", "resend"], indirect=True)
class TestProviders(TransportCases):
    """Four connections to each."""

    @pytest.fixture
    def provider(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def carried(self, provider: str) -> Iterator[Carried]:
        with fake_provider(provider) as fake:
            transport = open_transport("default", address(provider, fake.port, "&connections=4"))
            # the cases' To field is the same in each mail, and the envelope is who gets it
            yield Carried(
                transport, lambda: [one.text for one in sent_mails(fake)], lambda c: survives(c).text
            )
            transport.close()
