"""The salon's pages: one module a page, each with the template of its name."""
