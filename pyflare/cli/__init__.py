"""The command line. `main` is the entry point, `app` the commands; each command has a module."""
