"""The company's own databases, read in place: connections that cannot write, rows that come in batches.

address     the URL of a source as SQLAlchemy wants it, and as people may see it
session     how a connection of each kind of database is kept from writing and from taking too long
reading     the rows of a SELECT;  values: what a row says
checking    what `penfriend source check` tries
failures    what drivers say, in one line
"""

from penfriend.sources.checking import check_source
from penfriend.sources.reading import SourceReader

__all__ = ["SourceReader", "check_source"]
