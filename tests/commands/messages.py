"""What commands print on their standard error."""


def without_waits(text):
    """Leave out the lines that a provider has not answered yet: a busy machine takes seconds to start a process."""
    return "".join(line for line in text.splitlines(keepends=True) if "no answer from " not in line)
