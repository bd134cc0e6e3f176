"""How much of what clients write the rules understand, and how fast."""
