"""Who may use the dashboard: users, roles, passwords, sessions, the slowing of guesses, the audit log."""
