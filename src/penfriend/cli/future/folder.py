"""`--out DIR`: every mail as a file, the page with the charts, and the JSON document."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from penfriend.cli.future.document import as_document
from penfriend.cli.future.page import Sample, page
from penfriend.domain.delivery import Email
from penfriend.domain.errors import SettingError
from penfriend.domain.forecast import Forecast, ForecastMail
from penfriend.domain.timing import Moment, to_datetime


class MailFolder:
    """A new folder. Raises SettingError where it cannot be written, or has something in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.page, self.mails = folder / "index.html", folder / "mails"
        try:
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise SettingError(f"{folder}: is there already and not empty; name a new folder")
            self.mails.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot(folder, error) from error

    def keep(self, at: Moment, email: Email) -> None:
        """Write one mail: `mails/2026-03-02/0900-<its id>.eml`, the time in UTC."""
        path = self._path(at, email.message_id)
        try:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(email.content)
        except OSError as error:
            raise _cannot(path, error) from error

    def finish(self, forecast: Forecast) -> None:
        """Write the page and the document."""
        document = json.dumps(as_document(forecast), ensure_ascii=False, indent=2) + "\n"
        try:
            samples = [self._sample(mail) for mail in forecast.samples.values()]
            (self._folder / "simulation.json").write_text(document, encoding="utf-8")
            self.page.write_text(page(forecast, samples), encoding="utf-8")
        except OSError as error:
            raise _cannot(self._folder, error) from error

    def _path(self, at: Moment, message_id: str) -> Path:
        when = to_datetime(at)
        return self.mails / f"{when:%Y-%m-%d}" / f"{when:%H%M}-{message_id.strip('<>').partition('@')[0]}.eml"

    def _sample(self, mail: ForecastMail) -> Sample:
        path = self._path(mail.at, mail.message_id)
        parsed = BytesParser(policy=default).parsebytes(path.read_bytes())
        body = parsed.get_body(("html",))
        html = str(body.get_content()) if body is not None else ""
        return Sample(mail, str(parsed["Subject"]), html, path.relative_to(self._folder).as_posix())


def _cannot(path: Path, error: OSError) -> SettingError:
    return SettingError(f"{path}: cannot be written ({error.strerror})")
