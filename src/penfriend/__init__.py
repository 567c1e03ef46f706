"""Penfriend writes to a shop's customers at the right moments of their life with the shop."""

from importlib.metadata import version

__version__ = version("penfriend")
