"""6 · Documents and numbers become the measured map, a plain value."""
