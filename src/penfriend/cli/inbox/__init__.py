"""The local inbox of `penfriend demo`: a real SMTP server in a process of its own that keeps the mails, and
pages to read them."""

from penfriend.cli.inbox.process import Inbox

__all__ = ["Inbox"]
