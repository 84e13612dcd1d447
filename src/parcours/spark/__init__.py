"""The same questions on a Spark cluster: timelines as sorted Parquet, measures mapped over them, merged in a tree."""
