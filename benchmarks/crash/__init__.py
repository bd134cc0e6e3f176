"""What is lost, doubled or left by halves when processes are killed at random under load."""
