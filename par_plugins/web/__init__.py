"""A page in the browser, and the same answers for programs, on this computer alone by default."""

from par_plugins.web.app import create_app
from par_plugins.web.gate import WebLimits

__all__ = ['WebLimits', 'create_app']
