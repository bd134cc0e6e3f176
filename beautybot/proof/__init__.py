"""
Proof that no two visits meet: random interleavings against a database of their own.

Nothing here touches the salons of the installation.
"""
