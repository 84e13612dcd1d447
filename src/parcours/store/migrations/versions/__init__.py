"""One module a step; each names the one before. Steps that were released never change."""
