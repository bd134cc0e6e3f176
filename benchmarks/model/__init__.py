"""What a slow, full or absent model costs everybody else."""
