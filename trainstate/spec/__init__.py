"""The facts, typed and frozen: statuses, pairs, transitions and members, each with evidence."""
