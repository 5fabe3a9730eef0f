"""Statistics of many jobs: times in each status, waiting, attempts, and the graph that was seen."""
