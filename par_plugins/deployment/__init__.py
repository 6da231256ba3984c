"""Networks leave the trainer: exported, released, verified."""
