"""Files that people hand in: what one is, seen from its bytes alone, and where it lies sealed."""
