"""Models on their way to others: exported, released and verified."""
