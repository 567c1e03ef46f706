"""Keeps everything in SQLite or PostgreSQL and compiles segments to SQL; the only home of SQLAlchemy."""
