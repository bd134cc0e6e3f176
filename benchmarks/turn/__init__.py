"""How many whole turns a second, and how soon one answer."""
