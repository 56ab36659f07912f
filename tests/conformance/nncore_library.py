# SPDX-License-Identifier: LGPL-2.1-or-later
"""libnncore in this process, through its public functions: $NNC_LIBRARY, or what the linker finds."""
import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_uint, c_uint32, c_uint64, c_void_p

import ml_dtypes
import numpy as np

# NncError and NncDataType, in their order
ERRORS = "NOT_FOUND READ FORMAT UNSUPPORTED SHAPE ARGUMENT MEMORY DATA CANCELLED LIMIT".split()
DATA_TYPES = [None, np.float32, np.float16, np.float64, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64,
              np.uint64, np.bool_, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e4m3fnuz, ml_dtypes.float8_e5m2,
              ml_dtypes.float8_e5m2fnuz]


class GError(ctypes.Structure):
    _fields_ = [("domain", c_uint32), ("code", c_int), ("message", c_char_p)]


class Options(ctypes.Structure):
    """NncSessionOptions"""
    _fields_ = [("threads", c_uint), ("memory_limit", c_size_t), ("disabled_passes", POINTER(c_char_p)),
                ("input_shapes", POINTER(POINTER(c_int64))), ("max_iterations", c_uint64),
                ("exact", c_int), ("precision", c_int), ("reserved", c_void_p * 5)]


class EngineError(Exception):
    """A GError; `kind` is its code, such as "UNSUPPORTED"."""

    def __init__(self, error):
        super().__init__(error.message.decode())
        self.kind = ERRORS[error.code]


_library = ctypes.CDLL(os.environ.get("NNC_LIBRARY", "libnncore.so.0"))


def _declare(name, result, *arguments):
    function = getattr(_library, name)
    function.restype, function.argtypes = result, arguments
    return function


_ERROR = POINTER(POINTER(GError))
_bytes_new = _declare("g_bytes_new", c_void_p, c_char_p, c_size_t)  # of GLib, which nncore is linked with
_bytes_unref = _declare("g_bytes_unref", None, c_void_p)
_error_free = _declare("g_error_free", None, POINTER(GError))
_model_new = _declare("nnc_model_new_from_bytes", c_void_p, c_void_p, c_char_p, _ERROR)
_model_unref = _declare("nnc_model_unref", None, c_void_p)
_session_new = _declare("nnc_session_new", c_void_p, c_void_p, POINTER(Options), _ERROR)
_session_unref = _declare("nnc_session_unref", None, c_void_p)
_n_inputs = _declare("nnc_session_get_n_inputs", c_uint, c_void_p)
_n_outputs = _declare("nnc_session_get_n_outputs", c_uint, c_void_p)
_input = _declare("nnc_session_get_input", c_void_p, c_void_p, c_uint)
_output = _declare("nnc_session_get_output", c_void_p, c_void_p, c_uint)
_reset = _declare("nnc_session_reset", None, c_void_p)
_run = _declare("nnc_session_run", c_int, c_void_p, _ERROR)
_type = _declare("nnc_tensor_get_data_type", c_int, c_void_p)
_shape = _declare("nnc_tensor_get_shape", POINTER(c_int64), c_void_p, POINTER(c_uint))
_data = _declare("nnc_tensor_get_data", c_void_p, c_void_p)
_size = _declare("nnc_tensor_get_size", c_size_t, c_void_p)


def _call(function, *arguments):
    error = POINTER(GError)()
    result = function(*arguments, byref(error))
    if result:
        return result
    exception = EngineError(error.contents)
    _error_free(error)
    raise exception


def _view(tensor):
    """A tensor's memory as an array."""
    rank = c_uint()
    shape = _shape(tensor, byref(rank))[:rank.value]
    raw = (ctypes.c_uint8 * _size(tensor)).from_address(_data(tensor) or 0)
    return np.frombuffer(raw, DATA_TYPES[_type(tensor)]).reshape(shape)


class Model:
    def __init__(self, content, name):
        data = _bytes_new(content, len(content))
        try:
            self.pointer = _call(_model_new, data, name.encode())
        finally:
            _bytes_unref(data)

    def __del__(self):
        if hasattr(self, "pointer"):
            _model_unref(self.pointer)


class Session:
    def __init__(self, model, shapes=None, threads=1, exact=False, precision="f32"):
        """shapes: of each input, where the model leaves dimensions free"""
        options = Options(threads=threads, exact=exact, precision=["f32", "bf16"].index(precision))
        if shapes:
            arrays = [(c_int64 * max(len(shape), 1))(*shape) for shape in shapes]
            options.input_shapes = (POINTER(c_int64) * len(arrays))(*(ctypes.cast(a, POINTER(c_int64)) for a in arrays))
        self.pointer = _call(_session_new, model.pointer, byref(options))

    def run(self, inputs):
        """Arrays in the order of the model's inputs; returns its outputs."""
        n = _n_inputs(self.pointer)
        if len(inputs) != n:
            raise ValueError(f"{len(inputs)} inputs are given, the network has {n}")
        for i, array in enumerate(inputs):
            tensor = _view(_input(self.pointer, i))
            if (tensor.dtype, tensor.shape) != (array.dtype, array.shape):
                raise ValueError(f"input {i} is {array.dtype} {array.shape}, not {tensor.dtype} {tensor.shape}")
            tensor[...] = array
        _call(_run, self.pointer)
        return [_view(_output(self.pointer, i)).copy() for i in range(_n_outputs(self.pointer))]

    def reset(self):
        """Variables hold what they begin with."""
        _reset(self.pointer)

    def __del__(self):
        if hasattr(self, "pointer"):
            _session_unref(self.pointer)
