"""Accounts of the dashboard on record. Every function works within a transaction of its caller."""
