"""Ciphertexts, copies and signed bodies that somebody has changed."""
