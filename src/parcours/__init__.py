"""Parcours: a living map of the customer lifecycle."""

__version__ = "0.1.0"
