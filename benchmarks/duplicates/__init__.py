"""Deliveries that come twice, late and out of order, and what is stored of them."""
