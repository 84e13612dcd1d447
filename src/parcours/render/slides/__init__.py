"""Slides of a journey with native shapes, which a team can edit: an overview, then one slide a phase."""
