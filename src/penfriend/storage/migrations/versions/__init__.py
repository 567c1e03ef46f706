"""One migration per file. What has been released is never changed; a new file follows instead."""
