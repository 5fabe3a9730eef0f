"""The rules: one file each, found by discovery, ordered by what they read."""
