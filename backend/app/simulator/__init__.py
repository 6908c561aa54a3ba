"""A stand-in SSI FastConnect server. Shares nothing with the application but the wire."""
