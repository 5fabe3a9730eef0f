"""The rules: one file each, discovered, ordered by what they read."""
