# SPDX-License-Identifier: LGPL-2.1-or-later
"""ONNX's operator tests: a model, inputs and the right outputs each, from ../shared or the installed package onnx."""
import re
import tarfile
from pathlib import Path

import onnx
from onnx import TensorProto, numpy_helper

from checks import SHARED

ARCHIVE = SHARED / "suites" / "onnx-node-tests.tar.xz"
INSTALLED = Path(onnx.__file__).parent / "backend" / "test" / "data" / "node"

USUAL = {TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64, TensorProto.INT8, TensorProto.UINT8, TensorProto.BOOL}
HALF = USUAL | {TensorProto.FLOAT16}
OURS = HALF | {TensorProto.DOUBLE, TensorProto.INT16, TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64}
# The data types that cases keep to; the first that fits.
KINDS = {"f32, i32, i64, i8, u8, bool": USUAL, "also f16": HALF, "also f64, i16, u16, u32, u64": OURS}
OTHERS = "strings, sequences, other types, domains"

# Cases that the package answers in another way than ../shared: the engine agrees with the latter.
ANSWERED_DIFFERENTLY = {
    "test_attention_3d_with_past_and_present_qk_matmul_bias",
    "test_attention_3d_with_past_and_present_qk_matmul_softcap",
    "test_attention_4d_with_past_and_present_qk_matmul_bias",
    "test_attention_4d_with_past_and_present_qk_matmul_bias_3d_mask",
    "test_attention_4d_with_past_and_present_qk_matmul_bias_3d_mask_causal",
    "test_attention_4d_with_past_and_present_qk_matmul_bias_4d_mask",
    "test_attention_4d_with_past_and_present_qk_matmul_bias_4d_mask_causal",
    "test_attention_4d_with_qk_matmul_bias",
    "test_attention_4d_with_qk_matmul_softcap",
    "test_qlinearmatmul_2D_int8_float16",
    "test_qlinearmatmul_2D_int8_float32",
    "test_qlinearmatmul_3D_int8_float16",
    "test_qlinearmatmul_3D_int8_float32",
}


class Case:
    """files: from a path below the case's folder to its content"""

    def __init__(self, name, files):
        self.name = name
        self.files = files
        self.model = onnx.load_from_string(files["model.onnx"])
        operators = {node.op_type for node in self.model.graph.node}
        if len(operators) == 1:
            self.operator = operators.pop()
        else:
            self.operator = "functions, expanded" if "_expanded" in name else "several"
        self.types = self._kind_of_types()

    def _kind_of_types(self):
        graph = self.model.graph
        values = [*graph.input, *graph.output]
        if any(not v.type.HasField("tensor_type") for v in values) or any(o.domain for o in self.model.opset_import):
            return OTHERS
        types = {v.type.tensor_type.elem_type for v in values} | {t.data_type for t in graph.initializer}
        return next((kind for kind, allowed in KINDS.items() if types <= allowed), OTHERS)

    def data_sets(self):
        """Pairs of inputs and outputs, as arrays."""
        n = 0
        while any(path.startswith(f"test_data_set_{n}/") for path in self.files):
            yield self._arrays(n, "input"), self._arrays(n, "output")
            n += 1

    def _arrays(self, n, what):
        pattern = re.compile(rf"test_data_set_{n}/{what}_(\d+)\.pb")
        found = {int(m[1]): content for path, content in self.files.items() if (m := pattern.fullmatch(path))}
        return [numpy_helper.to_array(onnx.load_tensor_from_string(found[i])) for i in sorted(found)]


def _from_archive():
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            if member.isfile():
                yield member.name, archive.extractfile(member).read()


def _from_package():
    for path in INSTALLED.rglob("*"):
        if path.is_file() and ANSWERED_DIFFERENTLY.isdisjoint(path.parts):
            yield str(path.relative_to(INSTALLED.parents[4])), path.read_bytes()


def load():
    """The cases by name; none where there is no suite."""
    if ARCHIVE.exists():
        files = _from_archive()
    elif INSTALLED.exists():
        files = _from_package()
    else:
        return {}
    cases = {}
    for path, content in files:
        case, _, inside = path.partition("/data/node/")[2].partition("/")
        cases.setdefault(case, {})[inside] = content
    return {name: Case(name, cases[name]) for name in sorted(cases) if "model.onnx" in cases[name]}
