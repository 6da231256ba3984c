"""Parsers of foreign file formats, safe against damage; nothing that is read can run code."""
