"""Time expressions: typed tokens, then rules over their kinds, then one wish."""
