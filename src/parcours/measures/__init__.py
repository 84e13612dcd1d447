"""5 · Timelines and stages become numbers; one file an analysis."""
