"""`python -m pyflare.cli`: the command line where no `pyflare` is on the path."""

from pyflare.cli.main import main

main()
