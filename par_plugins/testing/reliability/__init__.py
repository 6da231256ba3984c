"""Campaigns that try what strangers' files, kills and interruptions do to this project.

Every case ends right or in one sentence (:class:`~par_plugins.structures.InputError`). Anything
else, a traceback, a crash of native code, a hang, memory without bound, is a fault.
"""

from par_plugins.testing.reliability.campaigns import Campaign, campaigns, outcome_table
from par_plugins.testing.reliability.tally import Tally, try_cases

__all__ = ['Campaign', 'Tally', 'campaigns', 'outcome_table', 'try_cases']
