"""The dashboard's door and frame: signing in, one's own account, users, the audit log, the overview.

Every route stands in one table with who may have it (`penfriend.web.accounts.routes`); one gate asks for the
session, the role and, for each change, the token of the form.
"""
