"""What may come next: step semantics, belief sets, and the same machine for embedding."""
