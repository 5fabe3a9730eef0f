"""Responses in columns: Parquet files and Spark. Each needs an extra of its own."""
