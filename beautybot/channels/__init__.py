"""Messengers: bytes in, requests out.  Knows neither the database nor the salon."""
