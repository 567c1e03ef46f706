"""What makes the tables that are committed."""
