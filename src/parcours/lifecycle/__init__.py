"""3 · Timelines become the stage each customer is in, at every moment."""
