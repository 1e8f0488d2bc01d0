"""How everybody is served quickly: see docs/adr/0011 and ``middleware``."""
