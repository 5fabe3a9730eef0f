"""Responses in columns: Parquet files and Spark. Each needs its own extra."""
