"""Measurements of time and memory. Never part of the tests: a shared machine makes them late, not wrong."""
