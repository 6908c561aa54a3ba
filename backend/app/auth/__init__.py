"""Accounts and their tokens: who people are. Knows no HTTP."""
