"""The tool shed: database, jobs, clock, crypto, log. Knows nothing of salons."""
