"""2 · The log becomes every customer's events in time order, as flat arrays in partitions."""
