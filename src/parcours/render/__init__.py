"""7 · The measured map becomes a page, tables, charts."""
