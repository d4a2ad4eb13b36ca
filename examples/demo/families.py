"""What the modules of the standard library are about: the classes of the demo's classifier."""

from __future__ import annotations

from typing import Final

_MODULES: Final = {
    "concurrency": "asyncio concurrent multiprocessing queue sched selectors signal subprocess threading _threading_local",
    "network": "http urllib ftplib imaplib nntplib poplib smtplib smtpd socket socketserver ssl telnetlib wsgiref xmlrpc"
    " cgi cgitb ipaddress webbrowser asyncore asynchat uuid nturl2path",
    "mail and markup": "email mailbox mailcap mimetypes html xml quopri uu sgmllib _markupbase mailbox",
    "data formats": "json csv configparser plistlib tomllib netrc pickle pickletools shelve dbm sqlite3 struct copyreg"
    " base64 binhex marshal xdrlib zipapp",
    "files": "pathlib os shutil tempfile glob fnmatch filecmp fileinput io posixpath ntpath genericpath stat tarfile"
    " zipfile gzip bz2 lzma _compression zlib linecache _pyio chunk wave aifc sunau sndhdr imghdr",
    "numbers and time": "decimal fractions math cmath random secrets statistics numbers datetime calendar zoneinfo"
    " _strptime time colorsys hashlib hmac",
    "data structures": "collections _collections_abc heapq bisect array enum dataclasses types copy operator functools"
    " itertools weakref _weakrefset graphlib reprlib pprint abc _py_abc contextlib contextvars typing",
    "text": "string re sre_compile sre_parse textwrap difflib codecs encodings stringprep locale gettext unicodedata"
    " shlex rlcompleter readline",
    "testing and debugging": "unittest doctest pdb bdb cmd trace traceback tracemalloc timeit profile pstats cProfile"
    " faulthandler warnings logging code codeop",
    "graphics": "tkinter turtle curses",
    "programs": "argparse optparse getopt getpass platform sysconfig site venv ensurepip distutils pydoc pydoc_data"
    " setuptools",
}
_FAMILY_OF: Final = {module: family for family, modules in _MODULES.items() for module in modules.split()}


def family_of(module: str) -> str:
    """The family of a module by its top-level name; what is in no other family is about the language itself."""
    return _FAMILY_OF.get(module.partition(".")[0], "the language")
