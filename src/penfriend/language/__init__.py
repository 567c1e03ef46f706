"""Reads campaigns.yaml into the domain, or names every problem with its place; the only home of YAML."""

from penfriend.language.files import read_bytes
from penfriend.language.loader import Loaded, load

__all__ = ["Loaded", "load", "read_bytes"]
