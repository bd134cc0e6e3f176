"""Language models behind one small Protocol.  Knows nothing of salons."""
