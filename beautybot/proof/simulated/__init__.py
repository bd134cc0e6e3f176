"""
A salon's life in virtual time: the whole product in one process, its clients, and faults.

Everything that happens follows from a seed, so what fails once fails again.
"""
