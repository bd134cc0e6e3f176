"""What presses from outside: forged deliveries, one hot client, connections that finish nothing."""
