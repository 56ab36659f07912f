# SPDX-License-Identifier: LGPL-2.1-or-later
"""ONNX's backend tests: a model, inputs and the right outputs each. Those of single operators come from ../shared or the
installed package onnx, those of small graphs and of whole networks from the package."""
import re
import tarfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from checks import SHARED

ARCHIVE = SHARED / "suites" / "onnx-node-tests.tar.xz"
INSTALLED = Path(onnx.__file__).parent / "backend" / "test" / "data"
SUITES = ["simple", "pytorch-converted", "pytorch-operator"]  # of small graphs

USUAL = {TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64, TensorProto.INT8, TensorProto.UINT8, TensorProto.BOOL}
# What f16 is cast to and from, in packages as in ../shared: floats of 8 and 4 bits, integers of 4.
SMALL = {TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT8E4M3FNUZ, TensorProto.FLOAT8E5M2, TensorProto.FLOAT8E5M2FNUZ,
         TensorProto.FLOAT4E2M1, TensorProto.INT4, TensorProto.UINT4}
OURS = USUAL | {TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.INT16, TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64}
# The data types that cases keep to; the first that fits.
KINDS = {"f32, i32, i64, i8, u8, bool": lambda types: types <= USUAL,
         "f16": lambda types: TensorProto.FLOAT16 in types and types <= USUAL | SMALL | {TensorProto.FLOAT16},
         "also f64, i16, u16, u32, u64": lambda types: types <= OURS}
OTHERS = "strings, sequences, other types, domains"

# Cases that the package answers in another way than ../shared. The engine agrees with the latter, which is right:
# - QLinearMatMul: the standard says that results saturate; the package's answers wrap around (-236 is 20 instead of -128).
# - Attention: the package still adds the mask before the soft cap, so that modes 1 and 2 of qk_matmul_output_mode stand for
#   each other, and a masked score becomes -softcap, which is not masked. The standard was corrected (onnx, pull request 7867).
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
    """files: from a path below the case's folder to its content; suite: of data/"""
    seconds = 20  # that it may take

    def __init__(self, name, files, suite="node"):
        self.name = name
        self.files = files
        self.model = onnx.load_from_string(files["model.onnx"])
        operators = {node.op_type for node in self.model.graph.node}
        if suite != "node":
            self.operator = f"networks ({suite})"
        elif len(operators) == 1:
            self.operator = operators.pop()
        else:
            self.operator = "functions, expanded" if "_expanded" in name else "several"
        self.types = self._kind_of_types() if suite == "node" else f"{self._kind_of_types()} ({suite})"

    def _kind_of_types(self):
        graph = self.model.graph
        values = [*graph.input, *graph.output]
        if any(not v.type.HasField("tensor_type") for v in values) or any(o.domain for o in self.model.opset_import):
            return OTHERS
        if any(node.op_type.startswith(("Sequence", "SplitToSequence")) for node in graph.node):
            return OTHERS  # inside of the graph alone
        types = {v.type.tensor_type.elem_type for v in values} | {t.data_type for t in graph.initializer}
        return next((kind for kind, holds in KINDS.items() if holds(types)), OTHERS)

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


class LightCase(Case):
    """A known network whose weights are all the same. Its input counts up to 1, as the package's runner has it."""
    seconds = 120  # 20 G multiplications

    def data_sets(self):
        constants = {tensor.name for tensor in self.model.graph.initializer}
        inputs = []
        for value in self.model.graph.input:
            if value.name not in constants:
                shape = [dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim]
                inputs.append((np.arange(np.prod(shape)).reshape(shape) / np.prod(shape)).astype(np.float32))
        yield inputs, [numpy_helper.to_array(onnx.load_tensor_from_string(self.files[f"output_{i}.pb"]))
                       for i in range(len(self.model.graph.output))]


def _from_archive():
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            if member.isfile():
                yield member.name.partition("/data/node/")[2], archive.extractfile(member).read()


def _from_package(suite):
    for path in (INSTALLED / suite).rglob("*"):
        if path.is_file():
            yield path.relative_to(INSTALLED / suite).as_posix(), path.read_bytes()


def _make_cases(files, suite):
    cases = {}
    for path, content in files:
        case, _, inside = path.partition("/")
        cases.setdefault(case, {})[inside] = content
    return {name: Case(name, cases[name], suite) for name in sorted(cases) if "model.onnx" in cases[name]}


def _light_cases():
    cases = {}
    for model in sorted((INSTALLED / "light").glob("*.onnx")):
        outputs = {f"output_{i}.pb": path.read_bytes()
                   for i, path in enumerate(sorted(model.parent.glob(f"{model.stem}_output_*.pb")))}
        cases[model.stem] = LightCase(model.stem, {"model.onnx": model.read_bytes(), **outputs}, "light")
    return cases


def _node_cases():
    if ARCHIVE.exists():
        return _make_cases(_from_archive(), "node")
    cases = _make_cases(_from_package("node"), "node")
    return {name: case for name, case in cases.items() if name not in ANSWERED_DIFFERENTLY}


def load():
    """The cases by name; none where there is no suite."""
    cases = _node_cases() | _light_cases()
    for suite in SUITES:
        cases |= _make_cases(_from_package(suite), suite)
    return cases
