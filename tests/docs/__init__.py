"""The documentation is tested: whatever a person can meet stands in it, and what it says is there."""
