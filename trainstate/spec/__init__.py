"""The facts, typed and frozen: statuses, pairs, transitions, members, each with its evidence."""
