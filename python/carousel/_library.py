"""The C library as ctypes sees it: where it is found, its structs, its errors.

ctypes comes with every Python and needs no compiler, so that the package runs in a plain python3 with nothing
built for it. Everything here follows include/carousel.h; the rest of the package is made of it.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
from ctypes import (CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_double, c_float, c_int, c_size_t, c_uint32,
                    c_uint64, c_void_p)
from typing import Any, Iterator, Optional

SONAME = "libcarousel.so.0"


class Error(Exception):
    """Root of all errors of this package; the text says what failed, on what, and what to do."""


class ArgumentError(Error, ValueError):
    """An argument that cannot be."""


class HandleError(Error):
    """Something of another kind, or that is no longer there."""


class BusyError(Error):
    """Another thread is using this object."""


class UsageError(Error, ValueError):
    """A setting, value or text that makes no sense."""


class InputError(Error, OSError):
    """A file that is missing, unreadable, not writable or too short."""


class DamagedError(Error):
    """What is no model or session, is damaged, or comes from another version or model."""


class DivergedError(Error, ArithmeticError):
    """A training whose loss could not be brought back."""


class OutOfMemoryError(Error, MemoryError):
    """There is not enough memory."""


class SystemRefusedError(Error, OSError):
    """The system refused something else."""


class EndedError(Error):
    """A session that has ended writes no more."""


class InternalError(Error):
    """A fault of the library: please report it."""


ERRORS = {1: ArgumentError, 2: HandleError, 3: BusyError, 4: UsageError, 5: InputError, 6: DamagedError,
          7: DivergedError, 8: OutOfMemoryError, 9: SystemRefusedError, 10: EndedError, 11: InternalError}


class Setting(Structure):
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p), ("meaning", c_char_p), ("values", c_char_p),
                ("standard", c_char_p), ("is_list", c_int)]


class Symbol(Structure):
    _fields_ = [("struct_size", c_size_t), ("kind", c_int), ("text", c_void_p), ("text_size", c_size_t)]


class Weight(Structure):
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p), ("values", c_void_p), ("count", c_size_t),
                ("dimensions", c_size_t), ("shape", c_size_t * 2)]


class Piece(Structure):
    _fields_ = [("struct_size", c_size_t), ("text", c_void_p), ("text_size", c_size_t), ("symbol", c_uint32),
                ("ends_document", c_int), ("end", c_int)]


class Progress(Structure):
    _fields_ = [("struct_size", c_size_t), ("characters", c_uint64), ("symbols", c_uint64), ("documents", c_uint64),
                ("seed", c_uint64), ("end", c_int)]


class Surprisals(Structure):
    _fields_ = [("struct_size", c_size_t), ("characters", c_size_t), ("mean", c_double), ("sum", c_double),
                ("nats", c_void_p), ("end", c_void_p), ("text", c_void_p), ("text_size", c_size_t)]


class Event(Structure):
    _fields_ = [("struct_size", c_size_t), ("kind", c_char_p), ("json", c_void_p), ("json_size", c_size_t)]


HEAR = CFUNCTYPE(None, c_void_p, POINTER(Event))
WANTS_STOP = CFUNCTYPE(c_int, c_void_p)


class Listener(Structure):
    _fields_ = [("struct_size", c_size_t), ("context", c_void_p), ("hear", HEAR), ("wants_stop", WANTS_STOP),
                ("seconds_apart", c_double)]


class TrainingResult(Structure):
    _fields_ = [("struct_size", c_size_t), ("end", c_int), ("model", c_char_p), ("shortfall", c_char_p)]


def sized(kind: Any) -> Any:
    """A struct with its size set and all else zero."""
    return kind(ctypes.sizeof(kind))


HANDLE, OUT_HANDLE, SIZE, OUT_SIZE = c_void_p, POINTER(c_void_p), c_size_t, POINTER(c_size_t)

# Arguments of each function that returns a status.
FUNCTIONS = {
    "setting_at": [c_int, SIZE, POINTER(Setting)],
    "new_settings": [c_int, OUT_HANDLE],
    "set": [HANDLE, c_char_p, c_char_p],
    "free_settings": [HANDLE],
    "load_model": [c_char_p, HANDLE, OUT_HANDLE],
    "load_model_from_memory": [c_char_p, SIZE, HANDLE, OUT_HANDLE],
    "free_model": [HANDLE],
    "describe_model": [HANDLE, POINTER(c_char_p)],
    "count_symbols": [HANDLE, OUT_SIZE],
    "symbol_at": [HANDLE, SIZE, POINTER(Symbol)],
    "count_weights": [HANDLE, OUT_SIZE],
    "weight_at": [HANDLE, SIZE, POINTER(Weight)],
    "new_session": [HANDLE, HANDLE, c_char_p, SIZE, OUT_HANDLE],
    "free_session": [HANDLE],
    "step": [HANDLE, POINTER(Piece)],
    "next_symbols": [HANDLE, POINTER(c_float), SIZE],
    "tell_progress": [HANDLE, POINTER(Progress)],
    "branch": [HANDLE, OUT_HANDLE],
    "reseed": [HANDLE, c_uint64],
    "save_session": [HANDLE, POINTER(c_void_p), OUT_SIZE],
    "restore_session": [HANDLE, c_char_p, SIZE, OUT_HANDLE],
    "score_text": [HANDLE, HANDLE, c_char_p, SIZE, OUT_HANDLE],
    "free_score": [HANDLE],
    "tell_surprisals": [HANDLE, POINTER(Surprisals)],
    "train": [HANDLE, POINTER(Listener), POINTER(TrainingResult)],
    "plan": [HANDLE, POINTER(c_char_p)],
    "read": [HANDLE, c_char_p, SIZE],
}


def places() -> Iterator[str]:
    """Where the library may be: as told, beside the build of a checkout, installed."""
    told = os.environ.get("CAROUSEL_LIBRARY")
    if told:
        yield told
        return
    package = pathlib.Path(__file__).resolve().parent
    for built in ("release", "ci"):
        yield str(package.parents[1] / "build" / built / "src" / "library" / SONAME)
    for folder in package.parents:
        yield from map(str, sorted(folder.glob(f"lib/*-linux-gnu*/{SONAME}")))
        yield str(folder / "lib" / SONAME)
    yield SONAME


def found() -> ctypes.CDLL:
    failure: Optional[OSError] = None
    for place in places():
        if os.sep in place and not os.path.exists(place) and "CAROUSEL_LIBRARY" not in os.environ:
            continue
        try:
            return ctypes.CDLL(place)
        except OSError as error:
            failure = error
    raise ImportError(f"{SONAME} is not found ({failure}). Build it (`tests/run library`, or `meson install`), or let "
                      "the variable CAROUSEL_LIBRARY name the file.")


library = found()
for name in ("error_text", "version"):
    getattr(library, f"carousel_{name}").restype = c_char_p
library.carousel_setting_count.restype = c_size_t
for name, arguments in FUNCTIONS.items():
    getattr(library, f"carousel_{name}").argtypes = arguments


def call(name: str, *arguments: Any) -> None:
    """Calls carousel_NAME. Raises the error of its status."""
    status = getattr(library, f"carousel_{name}")(*arguments)
    if status != 0:
        text = library.carousel_error_text().decode("utf-8", "replace")
        raise ERRORS.get(status, InternalError)(text)


def made(name: str, *arguments: Any) -> int:
    """Calls a function whose last argument receives a handle, and returns that."""
    handle = c_void_p()
    call(name, *arguments, byref(handle))
    assert handle.value is not None
    return handle.value


def bytes_at(address: Optional[int], size: int) -> bytes:
    return ctypes.string_at(address, size) if address and size else b""


def view(address: int, item: str, shape: tuple[int, ...], owner: Any) -> Any:
    """Numbers in the library's memory, read only: a numpy array where there is numpy, else a memoryview.

    Nothing is copied, and `owner`, whose memory it is, lives as long as the result.
    """
    count = 1
    for size in shape:
        count *= size
    memory = (ctypes.c_ubyte * (count * ctypes.sizeof({"f": c_float, "d": c_double, "Q": c_uint64}[item])))
    numbers = memory.from_address(address)
    numbers.owner = owner
    result = memoryview(numbers).cast("B").cast(item, shape).toreadonly()
    try:
        import numpy
    except ImportError:
        return result
    return numpy.asarray(result)
