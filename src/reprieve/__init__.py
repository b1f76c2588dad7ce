"""Reprieve: planning and follow-up of botulinum toxin therapy in dystonia.

Decision support for licensed clinicians who can review the basis of every number. Not a medical device.
"""

__version__ = "0.1.0"
