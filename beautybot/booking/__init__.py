"""The salon's time: what is offered, who does it, when it is free, and what is booked."""
