"""
What the operator types.  Commands parse arguments, call one verb and show what it gives.

Nothing heavy is imported at the top of these modules, so that `--help` is quick.
"""
