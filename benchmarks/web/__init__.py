"""How quick the dashboard's pages are, and whether live inboxes slow the webhooks down."""
