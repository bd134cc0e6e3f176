"""Many processes over one PostgreSQL: how many turns, what it costs, and what a restart breaks."""
