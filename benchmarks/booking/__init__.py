"""How quickly true times are found, and how that grows."""
