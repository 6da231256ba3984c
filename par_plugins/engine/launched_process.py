"""Which of several processes this one is."""

import os
from dataclasses import dataclass

from par_plugins.structures import InputError
from par_runtime.run_options import LAUNCHER_VARIABLES


@dataclass(frozen=True)
class LaunchedProcess:
    """A process that a launcher has started.

    Attributes:
        rank: Its number.
        size: How many there are.
        local_rank: Its number among those of its machine.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @classmethod
    def of_launcher(cls, launcher: str) -> 'LaunchedProcess':
        """Read what a launcher says in the environment.

        Args:
            launcher: ``none``, or a key of ``LAUNCHER_VARIABLES``.

        Raises:
            InputError: If it is incomplete.
        """
        if launcher == 'none':
            return cls()
        names = LAUNCHER_VARIABLES[launcher]
        for name in (*names, 'MASTER_ADDR', 'MASTER_PORT'):
            if name not in os.environ:
                raise InputError(
                    f'--launcher {launcher}: the environment variable {name} is not set; start '
                    'the processes with that launcher (torchrun, srun, mpirun), see the README'
                )
        return cls(*(int(os.environ[name]) for name in names))
