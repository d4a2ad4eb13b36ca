"""PyFlare."""
from pyflare._version import __version__
