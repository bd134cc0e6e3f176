"""What a power cut leaves of what was acknowledged."""
