"""Re-identification benchmarks whose identities have attributes."""
