"""Small mistakes in the safety core, and whether the tests notice them."""
