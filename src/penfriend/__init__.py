"""Penfriend writes to a shop's customers at the right moments of their life with the shop."""

__version__ = "0.1.0"
