"""What ends the build with a message, and without a stack trace."""


class Failure(Exception):
    """The message says what is wrong, where, and what to do."""
