"""`make run`, `make test`, `make setup` and `make reset`, from nothing but Python.

Only the standard library is used, and nothing that Python 3.7 cannot read: an old
Python must get as far as saying that it is too old. Hence annotations in quotes.
"""
