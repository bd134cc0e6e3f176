"""A local double of GigaChat: OAuth, both chat contracts, limits, and brains to put behind."""
