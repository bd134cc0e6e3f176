"""The tenants: salons, the people who sign in, and the credentials of their channels."""
