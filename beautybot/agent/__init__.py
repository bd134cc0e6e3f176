"""The receptionist: understands, decides on the desk, and answers in words that have receipts."""
