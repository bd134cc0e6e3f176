"""The demo page: a phone to write to the salon from, and what its owner sees."""
