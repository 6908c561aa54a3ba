"""What the market looks like now: pure, synchronous, deterministic. No clock, no loop, no log."""
