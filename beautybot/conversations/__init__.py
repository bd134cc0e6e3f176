"""Who said what, and who is answering.  Does not know what an appointment is."""
