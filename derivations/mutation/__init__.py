"""Mechanical mistakes in claims, code, stable forms, limits and experiments, and which layer of checks sees them."""
