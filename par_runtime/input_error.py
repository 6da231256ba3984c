"""The error for input that is not what it should be."""


class InputError(ValueError):
    """A file, label, checkpoint or argument is wrong; the message is one sentence naming it."""
