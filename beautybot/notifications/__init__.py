"""What we say first: to the salon's people."""
