"""The check: the state of one job, a stream of many jobs, and the report."""
