"""A seeded salon with local doubles of its messengers and its model, to try without any account."""
