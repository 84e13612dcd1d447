"""4 · The documents people write: lifecycle, personas, journeys; YAML; templates."""
