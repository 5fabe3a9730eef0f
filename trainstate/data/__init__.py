"""Facts as data; no code."""
