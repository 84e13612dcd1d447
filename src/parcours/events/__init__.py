"""1 · Outside to the event log: schema, Delta Lake tables, sources, mappings, quarantine."""
