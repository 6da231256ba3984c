"""Benchmarks of people, faces and clothes, each from its official files."""
