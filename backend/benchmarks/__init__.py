"""Measurements of the running parts beside their targets, and the check of our figures against real sessions."""
