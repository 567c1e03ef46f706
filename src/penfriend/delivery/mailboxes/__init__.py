"""Fetches mails that came back: out of files and folders, and from an IMAP mailbox."""

from penfriend.delivery.mailboxes.opening import is_imap, open_mailbox

__all__ = ["is_imap", "open_mailbox"]
