"""Rollout Lab's PyTorch engine, and helpers that write other programs' runs as its own."""
