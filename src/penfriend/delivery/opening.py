"""From a transport's address to the transport."""

from __future__ import annotations

import ssl

from penfriend.delivery.file_store import FileTransport
from penfriend.delivery.memory import MemoryTransport
from penfriend.delivery.plug_ins import open_plug_in
from penfriend.delivery.settings import EspSettings, FileSettings, PlugInSettings, SmtpSettings
from penfriend.delivery.smtp_transport import SmtpTransport
from penfriend.delivery.url import parse_transport_url
from penfriend.domain.errors import SettingError
from penfriend.domain.transport import Transport


def open_transport(name: str, url: str) -> Transport:
    """The transport that `url` stands for (see `penfriend.delivery.url`). No server is asked yet.

    Raises SettingError, in one line that begins with the transport's name, where the address is wrong or its
    folder cannot be made.
    """
    try:
        carrier = parse_transport_url(url).carrier
        if isinstance(carrier, EspSettings):
            # Django and anymail with it: a third of a second that only those who use them pay
            from penfriend.delivery.esp.transport import EspTransport

            return EspTransport(name, carrier)
        if isinstance(carrier, PlugInSettings):
            return open_plug_in(name, carrier.scheme, url)
    except SettingError as error:
        raise SettingError(f"transport {name}: {error}") from error.__cause__
    if isinstance(carrier, SmtpSettings):
        try:
            return SmtpTransport(name, carrier)
        except (ssl.SSLError, OSError) as error:
            raise SettingError(f"transport {name}: TLS cannot be set up: {error}") from error
    if isinstance(carrier, FileSettings):
        try:
            return FileTransport(name, carrier.folder)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SettingError(
                f"transport {name}: the folder {carrier.folder} cannot be used: {reason}"
            ) from error
    return MemoryTransport(name)
