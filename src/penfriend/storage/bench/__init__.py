"""Rows of a store of many years, made up by statements over ranges of numbers, for `penfriend bench-data`."""
