"""The one error that a person is meant to read: the command line prints its message and nothing else."""


class GatepostError(Exception):
    """`message` is a sentence that says what is wrong and, where possible, what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
