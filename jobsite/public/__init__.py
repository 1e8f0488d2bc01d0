"""How everybody is served quickly: see docs/adr/0012 and ``middleware``."""
