"""Try cases in a process with limits of time and memory, and count how they end."""

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from par_plugins.structures import InputError

SECONDS = 20
MEMORY = 4 << 30  # bytes on top of what the process has when the cases begin
SHOWN = 200  # characters of a fault


@dataclass
class Tally:
    """How cases ended.

    Attributes:
        right: Number that ended with a right result.
        refused: Number that ended in one sentence.
        faults: What happened in each of the others, by the number of the case.
    """

    right: int = 0
    refused: int = 0
    faults: dict[int, str] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        """Number of cases."""
        return self.right + self.refused + len(self.faults)


def try_cases(
    case: Callable[[int], object],
    count: int,
    *,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    on_case: Callable[[int], object] = lambda tried: None,
) -> Tally:
    """Try every case and count how it ended.

    Args:
        case: Makes and runs the case of a number. It returns where the result is right, raises
            :class:`InputError` where the input is refused, and anything else where it is wrong.
        count: Number of cases; their numbers are 0, 1, ...
        seconds: After so many a case hangs.
        memory: More bytes than that, in one case, are a fault.
        on_case: Called with the number of cases tried after each.

    Returns:
        The counts. A case that ends its process (a crash of native code) is a fault like any other,
        and the next ones are tried in a new process.

    Example:
        >>> def halve(number):
        ...     if number % 2:
        ...         raise InputError(f'{number} is odd')
        >>> tally = try_cases(halve, 5)
        >>> tally.right, tally.refused, tally.faults
        (3, 2, {})
    """
    tally = Tally()
    fork = multiprocessing.get_context('fork')
    while tally.tried < count:
        ours, theirs = fork.Pipe()
        process = fork.Process(
            target=_answer, args=(case, tally.tried, count, memory, theirs), daemon=True
        )
        process.start()
        theirs.close()
        while tally.tried < count:
            number = tally.tried
            fault = _collect(ours, tally, seconds)
            if fault is None:
                on_case(tally.tried)
                continue
            process.kill()
            process.join()
            tally.faults[number] = fault or _end_of(process.exitcode)
            on_case(tally.tried)
            break
        process.join()
    return tally


def _collect(answers: Connection, tally: Tally, seconds: float) -> str | None:
    """Count the next answer; say what is wrong where there is none ('': its process is gone)."""
    if not answers.poll(seconds):
        return f'not over after {seconds:.0f} s'
    try:
        kind, text = answers.recv()
    except EOFError:
        return ''
    if kind == 'fault':
        tally.faults[tally.tried] = text
    else:
        setattr(tally, kind, getattr(tally, kind) + 1)
    return None


def _end_of(status: int | None) -> str:
    if status is not None and status < 0:
        return f'the process was ended by {signal.Signals(-status).name}'
    return f'the process ended with {status}'


def _answer(
    case: Callable[[int], object], start: int, count: int, memory: int, answers: Connection
) -> None:
    pages = int(Path('/proc/self/statm').read_text(encoding='ascii').split()[0])
    limit = pages * os.sysconf('SC_PAGESIZE') + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with open(os.devnull, 'wb') as nowhere:  # decoders of C write what they think of a file
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    for number in range(start, count):
        try:
            case(number)
        except InputError as error:
            answers.send(_refusal(str(error)))
        except BaseException as error:
            answers.send(('fault', f'{type(error).__name__}: {error}'[:SHOWN]))
        else:
            answers.send(('right', ''))


def _refusal(sentence: str) -> tuple[str, str]:
    if '\n' in sentence.strip() or not sentence.strip():
        return 'fault', f'not one sentence: {sentence!r}'[:SHOWN]
    return 'refused', ''
