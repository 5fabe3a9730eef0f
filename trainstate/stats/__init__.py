"""Statistics of many jobs: time in each status, waiting, attempts, and the observed graph."""
