"""Carousel: text written and learned character by character, by recurrent networks on the processor.

    import carousel

    done = carousel.train("poems.txt", model="poems.carousel", time="2m")
    model = carousel.load(done.model)
    for text in model.generate("The moon", length=300, seed=1):
        print(text, end="")

Settings are those of the program, with `_` for `-`: `settings("training")` lists them. docs/library.md tells more.
"""

from __future__ import annotations

import json
import signal
import threading
import weakref
from ctypes import addressof, byref, c_char_p, c_float, c_size_t, c_void_p
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Optional, Union

from . import _library
from ._library import (ArgumentError, BusyError, DamagedError, DivergedError, EndedError, Error, HandleError,
                       InputError, InternalError, OutOfMemoryError, SystemRefusedError, UsageError)

__all__ = ["ArgumentError", "BusyError", "DamagedError", "DivergedError", "EndedError", "Error", "HandleError",
           "InputError", "InternalError", "Model", "OutOfMemoryError", "Piece", "Progress", "Score", "Session",
           "Setting", "Symbol", "SystemRefusedError", "Training", "UsageError", "load", "plan", "settings", "train"]

__version__ = _library.library.carousel_version().decode()

Text = Union[str, bytes]
Value = Union[str, int, float, bool, None]

_PURPOSES = {"model": 0, "session": 1, "score": 2, "training": 3}
_ENDS = (None, "length", "stop", "document")
_TRAINING_ENDS = ("length", "patience", "stopped")
_KINDS = ("separator", "character", "byte")


class Setting(NamedTuple):
    """One of the settings that there are."""
    name: str
    meaning: str
    values: str
    standard: str
    is_list: bool


class Symbol(NamedTuple):
    """One of a model's alphabet: a character, a byte, or the separator before each document."""
    kind: str
    data: bytes


class Piece(NamedTuple):
    """What one symbol has brought. `end` is absent as long as the text goes on."""
    text: str
    data: bytes
    symbol: int
    ends_document: bool
    end: Optional[str]


class Progress(NamedTuple):
    characters: int
    symbols: int
    documents: int
    seed: int
    end: Optional[str]


class Training(NamedTuple):
    """What became of a training: why it ended ("length", "patience", "stopped"), and the file of the model."""
    end: str
    model: str
    shortfall: str


def _bytes(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _word(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"yes" if value else b"no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value)).encode()
    word = _bytes(value) if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    if b"\0" in word:
        raise UsageError("A value of a setting cannot have a zero byte in it.")
    return word


class _Handle:
    """Something of the library's, which is given back when nobody has it any more."""

    def __init__(self, kind: str, handle: int) -> None:
        self._handle = handle
        free = getattr(_library.library, f"carousel_free_{kind}")
        # At the end of the program the system takes all of it back; arrays may still be in use then.
        weakref.finalize(self, free, handle).atexit = False


class _Settings(_Handle):
    def __init__(self, purpose: str, values: Mapping[str, Any]) -> None:
        super().__init__("settings", _library.made("new_settings", _PURPOSES[purpose]))
        for name, value in values.items():
            if value is None:
                continue
            several = value if isinstance(value, (list, tuple)) else [value]
            for one in several:
                _library.call("set", self._handle, name.encode("utf-8", "replace"), _word(one))


def settings(purpose: str) -> list[Setting]:
    """All settings of a "model", a "session", a "score" or a "training"."""
    if purpose not in _PURPOSES:
        raise ArgumentError(f"There are settings of {', '.join(_PURPOSES)}, not of {purpose!r}.")
    number = _PURPOSES[purpose]
    found = []
    for index in range(_library.library.carousel_setting_count(number)):
        setting = _library.sized(_library.Setting)
        _library.call("setting_at", number, index, byref(setting))
        found.append(Setting(setting.name.decode(), setting.meaning.decode(), setting.values.decode(),
                             setting.standard.decode(), bool(setting.is_list)))
    return found


class Model(_Handle):
    """A trained model. Any number of threads may use it at once."""

    def __init__(self, handle: int) -> None:
        super().__init__("model", handle)

    @property
    def description(self) -> dict[str, Any]:
        """All that its file says but its numbers: what `carousel inspect --json` prints."""
        text = c_char_p()
        _library.call("describe_model", self._handle, byref(text))
        assert text.value is not None
        return json.loads(text.value)

    @property
    def symbols(self) -> list[Symbol]:
        """The alphabet, in the order of the symbols' numbers."""
        count = c_size_t()
        _library.call("count_symbols", self._handle, byref(count))
        found = []
        for index in range(count.value):
            symbol = _library.sized(_library.Symbol)
            _library.call("symbol_at", self._handle, index, byref(symbol))
            found.append(Symbol(_KINDS[symbol.kind], _library.bytes_at(symbol.text, symbol.text_size)))
        return found

    @property
    def weights(self) -> Mapping[str, Any]:
        """The weights by name, read only: numpy arrays where there is numpy, else memoryviews with a shape. Nothing is
        copied; each keeps the model alive."""
        count = c_size_t()
        _library.call("count_weights", self._handle, byref(count))
        found = {}
        for index in range(count.value):
            weight = _library.sized(_library.Weight)
            _library.call("weight_at", self._handle, index, byref(weight))
            shape = tuple(weight.shape[:weight.dimensions])
            found[weight.name.decode()] = _library.view(weight.values, "f", shape, self)
        return found

    def session(self, prompt: Text = "", **settings: Value) -> Session:
        """Begins a text. Settings: temperature, top_k, top_p, min_p, loop_length, seed, length, documents, stop, raw, unknown."""
        given = _Settings("session", settings)
        data = _bytes(prompt)
        return Session(self, _library.made("new_session", self._handle, given._handle, data, len(data)))

    def restore(self, saved: bytes) -> Session:
        """A session as `Session.save` kept it, which goes on with the same text."""
        data = bytes(saved)
        return Session(self, _library.made("restore_session", self._handle, data, len(data)))

    def generate(self, prompt: Text = "", **settings: Value) -> Iterator[str]:
        """What comes after the prompt, in pieces as they are written. Settings as those of a session."""
        return (piece.text for piece in self.session(prompt, **settings) if piece.text)

    def score(self, text: Text, **settings: Value) -> Score:
        """How surprised the model is by each character of a text. Setting: unknown."""
        given = _Settings("score", settings)
        data = _bytes(text)
        return Score(_library.made("score_text", self._handle, given._handle, data, len(data)))


class Session(_Handle):
    """A text under way: stepped by `next` or a loop, branched, saved, and left by not stepping it."""

    def __init__(self, model: Model, handle: int) -> None:
        super().__init__("session", handle)
        self.model = model

    def step(self) -> Piece:
        """Draws the next symbol. Raises EndedError after the end."""
        piece = _library.sized(_library.Piece)
        _library.call("step", self._handle, byref(piece))
        data = _library.bytes_at(piece.text, piece.text_size)
        return Piece(data.decode("utf-8", "replace"), data, piece.symbol, bool(piece.ends_document), _ENDS[piece.end])

    def __iter__(self) -> Iterator[Piece]:
        return self

    def __next__(self) -> Piece:
        try:
            return self.step()
        except EndedError:
            raise StopIteration from None

    @property
    def progress(self) -> Progress:
        now = _library.sized(_library.Progress)
        _library.call("tell_progress", self._handle, byref(now))
        return Progress(now.characters, now.symbols, now.documents, now.seed, _ENDS[now.end])

    def next_symbols(self) -> Any:
        """The probability of each symbol to come next, before temperature and the like: an array of the caller's own."""
        count = c_size_t()
        _library.call("count_symbols", self.model._handle, byref(count))
        numbers = (c_float * count.value)()
        _library.call("next_symbols", self._handle, numbers, count.value)
        return _library.view(addressof(numbers), "f", (count.value,), numbers)

    def branch(self, seed: Optional[int] = None) -> Session:
        """A copy, which goes on with the same text unless it gets a seed of its own."""
        copy = Session(self.model, _library.made("branch", self._handle))
        if seed is not None:
            copy.reseed(seed)
        return copy

    def reseed(self, seed: int) -> None:
        """Draws from here on as a session with this seed."""
        if not 0 <= seed < 2**64:
            raise ArgumentError("A seed is a whole number from 0 to 2**64 - 1.")
        _library.call("reseed", self._handle, seed)

    def save(self) -> bytes:
        """The session in bytes, without its model: see `Model.restore`."""
        data, size = c_void_p(), c_size_t()
        _library.call("save_session", self._handle, byref(data), byref(size))
        return _library.bytes_at(data.value, size.value)

    def read(self, text: Text) -> None:
        """Goes on as if this text stood there. Experimental."""
        data = _bytes(text)
        _library.call("read", self._handle, data, len(data))


class Score(_Handle):
    """How surprised a model is by a text, read as one document from its start."""

    def __init__(self, handle: int) -> None:
        super().__init__("score", handle)
        self._told = _library.sized(_library.Surprisals)
        _library.call("tell_surprisals", self._handle, byref(self._told))

    @property
    def loss(self) -> float:
        """Nats per character."""
        return float(self._told.mean)

    @property
    def nats(self) -> float:
        """Of the whole text."""
        return float(self._told.sum)

    @property
    def text(self) -> bytes:
        """As the model reads it: newlines folded, normalised."""
        return _library.bytes_at(self._told.text, self._told.text_size)

    @property
    def surprisals(self) -> Any:
        """-log p of each character, nats: an array that is shared with the library."""
        return _library.view(self._told.nats, "d", (self._told.characters,), self)

    @property
    def ends(self) -> Any:
        """Of each character, the bytes of `text` up to and with it."""
        return _library.view(self._told.end, "Q", (self._told.characters,), self)

    def __len__(self) -> int:
        return int(self._told.characters)

    def __iter__(self) -> Iterator[tuple[str, float]]:
        """Each character with its surprisal."""
        text, begin = self.text, 0
        for end, nats in zip(self.ends, self.surprisals):
            yield text[begin:int(end)].decode("utf-8", "replace"), float(nats)
            begin = int(end)


def load(source: Any, **settings: Value) -> Model:
    """A model from a file, by a name that `carousel models` lists, or from `bytes` that such a file holds.

    Settings: threads, precision.
    """
    given = _Settings("model", settings)
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
        return Model(_library.made("load_model_from_memory", data, len(data), given._handle))
    return Model(_library.made("load_model", _path(source), given._handle))


def _path(path: Any) -> bytes:
    import os
    name = os.fsencode(path)
    if b"\0" in name:
        raise ArgumentError("A path cannot have a zero byte in it.")
    return name


def plan(*corpus: Any, **settings: Any) -> dict[str, Any]:
    """What `train` would do with the same arguments: what `carousel plan --json` prints."""
    given = _Settings("training", {"corpus": list(corpus), **settings})
    text = c_char_p()
    _library.call("plan", given._handle, byref(text))
    assert text.value is not None
    return json.loads(text.value)


class _Caller:
    """The functions of whoever trains. What they raise ends the training, and is raised again after it."""

    def __init__(self, on_event: Optional[Callable[[dict[str, Any]], Any]], stop: Optional[Callable[[], bool]]) -> None:
        self.on_event, self.stop = on_event, stop
        self.raised: Optional[BaseException] = None
        self.interrupted = False

    def hear(self, _context: Any, event: Any) -> None:
        if self.on_event is None or self.raised is not None:
            return
        try:
            self.on_event(json.loads(_library.bytes_at(event.contents.json, event.contents.json_size)))
        except BaseException as error:  # pylint: disable=broad-except
            self.raised = error

    def wants_stop(self, _context: Any) -> int:
        try:
            if self.raised is None and self.stop is not None and self.stop():
                return 1
        except BaseException as error:  # pylint: disable=broad-except
            self.raised = error
        return int(self.interrupted or self.raised is not None)

    def interrupt(self, _signal: int, _frame: Any) -> None:
        self.interrupted = True


def train(*corpus: Any, on_event: Optional[Callable[[dict[str, Any]], Any]] = None,
          stop: Optional[Callable[[], bool]] = None, seconds_apart: float = 1.0, **settings: Any) -> Training:
    """Trains a model on files and directories, and writes its files.

    `on_event` hears what happens, as docs/log.md tells it ("progress" at most each `seconds_apart` seconds, 0: each
    step). The training ends when `stop()` is true, asked between steps, or when one of the two raises: the model is
    saved, and `resume=True` goes on. Ctrl-C does the same and raises KeyboardInterrupt. Settings: all that
    `carousel train` takes.
    """
    given = _Settings("training", {"corpus": list(corpus), **settings})
    caller = _Caller(on_event, stop)
    listener = _library.sized(_library.Listener)
    listener.hear, listener.wants_stop = _library.HEAR(caller.hear), _library.WANTS_STOP(caller.wants_stop)
    listener.seconds_apart = seconds_apart
    result = _library.sized(_library.TrainingResult)
    # An exception of Ctrl-C could be raised between two lines of a callback and be lost there: it waits for the end.
    takes_over = (threading.current_thread() is threading.main_thread()
                  and signal.getsignal(signal.SIGINT) is signal.default_int_handler)
    if takes_over:
        signal.signal(signal.SIGINT, caller.interrupt)
    try:
        _library.call("train", given._handle, byref(listener), byref(result))
    except Error:
        if caller.raised is None:
            raise
    finally:
        if takes_over:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    if caller.raised is not None:
        raise caller.raised
    if caller.interrupted:
        raise KeyboardInterrupt
    return Training(_TRAINING_ENDS[result.end], result.model.decode("utf-8", "surrogateescape"),
                    result.shortfall.decode("utf-8", "replace"))
