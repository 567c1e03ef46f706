"""Reads campaigns.yaml into the domain, or names every problem with its place; the only home of YAML."""

from penfriend.language.files import read_bytes
from penfriend.language.loader import Loaded, load
from penfriend.language.sources import sql_files_of

__all__ = ["Loaded", "load", "read_bytes", "sql_files_of"]
