"""A model that says anything at all, a hundred thousand times."""
