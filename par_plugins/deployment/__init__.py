"""Models on their way to others: released and verified."""
