"""How fast deliveries are made durable, beside an endpoint that stores nothing."""
