"""The demo's town, and how it comes to be.

``companies``, ``jobs_*``, ``people`` and ``pages`` are content, to be read and changed
like text. The other modules bring it about, through the services that people use;
``town`` is where to start reading.
"""
