"""5 · Timelines and stages become numbers; one place an analysis."""
