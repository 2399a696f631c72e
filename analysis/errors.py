"""The one kind of error that a reader or researcher is meant to read."""


class InvalidInput(ValueError):
    """Input that can't be used. Its text is one Dutch sentence: what is wrong, where, and what to do."""
