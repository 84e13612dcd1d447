"""How fast Parcours is beside its peers: one seeded log, the same questions, answers compared, figures as JSON."""
