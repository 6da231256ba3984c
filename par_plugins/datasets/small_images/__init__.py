"""Benchmarks whose files hold the pixels of small images themselves."""
