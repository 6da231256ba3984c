"""Attribute recognition of people for OpenMMLab.

Importing the package registers everything it has, so that
``custom_imports = dict(imports=['par_plugins'])`` is all a config needs.
"""

from par_runtime.foreign_messages import harmless_messages_left_out

with harmless_messages_left_out():
    from par_plugins import datasets, engine, evaluation, models

__all__ = ['datasets', 'engine', 'evaluation', 'models']
