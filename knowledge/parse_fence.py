"""What the operating system takes away from a child before it meets a foreign document: files, network, memory, time, rights."""

from __future__ import annotations

import codecs
import ctypes
import os
import resource

from ingestion.readers.fence import lower

_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_NO_NEW_RIGHTS = 38
_NOBODY = 65534
_CPU_GRACE_SECONDS = 2
# What documents name as their encoding; Python would open a file to learn each of them.
_ENCODINGS = """
    ascii utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-7 latin-1 iso8859-2 iso8859-5 iso8859-7 iso8859-9 iso8859-15 cp1250 cp1251
    cp1252 cp1253 cp1254 cp1257 cp1258 cp437 cp850 cp874 mac-roman koi8-r shift_jis euc-jp iso2022_jp gb2312 gbk gb18030 big5 euc-kr cp932
    cp949 cp950 charmap unicode_escape raw_unicode_escape quopri base64 hex uu idna punycode
"""


def put_up(memory_bytes: int, seconds: int) -> None:
    """From here on: no file, pipe or socket is opened, nothing is written to a file, no process starts; memory and time are bounded."""
    for name in _ENCODINGS.split():
        codecs.lookup(name)
    _leave_network()
    used = _address_space()
    _drop_rights()
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE):
        lower(kind, 0)
    lower(resource.RLIMIT_AS, used + memory_bytes)
    lower(resource.RLIMIT_CPU, seconds, grace=_CPU_GRACE_SECONDS)


def _leave_network() -> None:
    """A network of its own with nothing in it, where the system lets us; without it no socket can be had either, for it would be a file."""
    unshare = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    if unshare is not None and unshare(_NEW_NETWORK) != 0:
        unshare(_NEW_USER | _NEW_NETWORK)


def _drop_rights() -> None:
    """Become nobody when started as root, and never gain a right again."""
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0)
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        except OSError:
            return  # in a container that forbids it: the limits hold all the same


def _address_space() -> int:
    """Bytes of address space in use; read from a file, before files are out of reach."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30
