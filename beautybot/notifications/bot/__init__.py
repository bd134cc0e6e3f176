"""The global bot: who speaks with it, what they press and type, and what is done."""
