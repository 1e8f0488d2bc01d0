"""Settings: ``base`` for all, then one module each for dev, production and tests."""
