"""Judging recordings: one job's incremental state, many jobs in a stream, the report."""
