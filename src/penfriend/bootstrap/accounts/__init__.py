"""The accounts of a house: what users, operators and commands do with them, each in one transaction with its
line of the audit log."""
