"""How many look-ups of free times a second, for one salon, through REST and through MCP."""
