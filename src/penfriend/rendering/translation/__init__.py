"""Catalogs at work: texts gathered from templates, merged into the catalogs of each language, compiled, and
looked through for what is missing."""
