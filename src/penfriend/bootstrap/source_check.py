"""Tries a source of the files as they are now, or of the live revision where there are no files."""

from __future__ import annotations

from penfriend.bootstrap.checked import read_definitions
from penfriend.bootstrap.house import House
from penfriend.domain.errors import CampaignFilesInvalid, NotFound
from penfriend.domain.problems import did_you_mean
from penfriend.domain.sources import SourceCheck
from penfriend.engine.sync import sql_segments
from penfriend.sources import check_source as try_source


def check_source(house: House, name: str) -> SourceCheck:
    """Connection, rights, and each segment's SELECT. Raises NotFound, CampaignFilesInvalid, and
    SourceUnavailable where there is no connection."""
    definitions = house.definitions()
    if house.settings.config.exists():
        read = read_definitions(house.read_files(), house.settings)
        if read.definitions is None:
            raise CampaignFilesInvalid(read.errors)
        definitions = read.definitions
    source = definitions.sources.get(name)
    if source is None:
        known = ", ".join(sorted(definitions.sources)) or "none"
        near = did_you_mean(name, definitions.sources)
        raise NotFound(f'there is no source "{name}".{near} There are: {known}.')
    selects = {segment.name: select for segment, select, of in sql_segments(definitions) if of is source}
    return try_source(source, selects, house.clock.now(), definitions.brand.zone)
