"""What is kept of a person: given out on request, erased on request, and not kept for ever."""
