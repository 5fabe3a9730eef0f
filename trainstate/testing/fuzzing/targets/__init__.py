"""What can be fuzzed by name: a module for each kind, which imports what it needs when used."""
