"""Maths on small numbers: intervals, survival. No I/O, no product words."""
