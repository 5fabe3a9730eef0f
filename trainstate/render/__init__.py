"""Reports in formats for people and tools."""
