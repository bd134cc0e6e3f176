"""Russian without a model: what a client's words mean.  No database, no network."""
