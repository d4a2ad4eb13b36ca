"""Every library of `pyflare.integrations.table`, tested at its oldest supported and at its newest version.

`python -m tests.integrations.matrix [NAME…]`, or `make test-integrations ONLY=NAME`. A library is
one row of that table and one file `tests/integrations/test_<name>.py`; what its tests need besides
the library goes into `besides.py`.
"""
