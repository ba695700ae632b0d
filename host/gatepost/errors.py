"""The one error that a person is meant to read: the command line prints its message and nothing else."""

import re


class GatepostError(Exception):
    """`message` is a sentence that says what is wrong and, where possible, what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def about(name: object, problem: object) -> str:
    """The problem with what is called `name`, which the sentence names once."""
    told = re.search(rf"(?<!\S){re.escape(str(name))}(?![^\s:;,])", str(problem))
    return str(problem) if told else f"{name}: {problem}"
