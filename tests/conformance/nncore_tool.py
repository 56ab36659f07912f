#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The nncore program: what `inspect` says, of networks that run and of those that cannot, and what `run` reads and writes.

    NNCORE=build/nncore/tools/nncore nncore_tool.py
"""
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from checks import Checks

NNCORE = os.environ.get("NNCORE", "nncore")
TYPES = ["float32", "float16", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool"]


def nncore(*arguments):
    return subprocess.run([NNCORE, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def save(folder, nodes, inputs, outputs, initializers=(), opset=15):
    """inputs, outputs: (name, type, shape)"""
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info(*i) for i in inputs],
                              [helper.make_tensor_value_info(*o) for o in outputs],
                              [numpy_helper.from_array(array, name) for name, array in initializers])
    path = Path(folder) / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)
    return path


def two_layers(folder):
    """y = relu (reshape (tanh (x)) * w)"""
    nodes = [helper.make_node("Tanh", ["x"], ["t"]), helper.make_node("Reshape", ["t", "s"], ["r"]),
             helper.make_node("MatMul", ["r", "w"], ["m"]), helper.make_node("Softmax", ["m"], ["y"])]
    return save(folder, nodes, [("x", TensorProto.FLOAT, ["batch", 2, 3])], [("y", TensorProto.FLOAT, ["batch", 4])],
                [("w", np.arange(24, dtype=np.float32).reshape(6, 4) / 24), ("s", np.array([-1, 6]))])


def inspect_tells_what_goes_in_and_what_it_is(folder):
    done = nncore("inspect", two_layers(folder), "-s", "x=5,2,3")
    lines = {line.split()[0]: line.split(maxsplit=1)[1] for line in done.stdout.splitlines()}
    assert done.returncode == 0 and list(lines)[:3] == ["model", "input", "output"], done
    assert lines["model"].endswith("(ONNX, opset 15)"), lines
    assert lines["input"] == "x: f32 [batch=5,2,3]" and lines["output"] == "y: f32 [batch=5,4]", lines
    assert lines["operators"] == "1 Tanh, 1 MatMul, 1 Softmax", lines
    assert lines["steps"] == "3, 0 of them wait for data", lines
    assert lines["parameters"] == "24" and lines["MACs"] == "120", lines
    assert re.fullmatch(r"\d+ bytes", lines["weights"]), lines
    assert re.fullmatch(r"\d+ bytes, at least \d+ are alive at once", lines["arena"]), lines


def inspect_names_wrong_shapes(folder):
    path = two_layers(folder)
    for shape, part in (("x=5,2", "'x' has 3 dimensions"), ("z=1", "'z=1'"), ("x=5,2,4", "3 in dimension 2, not 4")):
        done = nncore("inspect", path, "-s", shape)
        assert done.returncode == 1 and part in done.stderr, done
    assert "input       x: f32 [batch,2,3]" in done.stdout, done  # for who is to choose


def an_unknown_shape_is_not_zero(folder):
    nodes = [helper.make_node("NonZero", ["x"], ["y"]), helper.make_node("Cast", ["y"], ["z"], to=TensorProto.FLOAT)]
    path = save(folder, nodes, [("x", TensorProto.FLOAT, [2, 3])], [("z", TensorProto.FLOAT, [2, "found"])])
    text = nncore("inspect", "--plan", path).stdout
    assert "output      z: f32 [2,found]\n" in text, text
    assert "steps       2, 2 of them wait for data" in text, text
    assert "chosen in each run" in text and "[0]" not in text, text


def all_that_is_unsupported_is_named_at_once(folder):
    nodes = [helper.make_node("NoSuchOp", ["x"], ["a"], "first"),
             helper.make_node("Dropout", ["a", "", "yes"], ["b", "mask"], "second"),
             helper.make_node("TfIdfVectorizer", ["b"], ["c"], "third"), helper.make_node("Relu", ["c"], ["y"], "fourth")]
    path = save(folder, nodes, [("x", TensorProto.FLOAT, [2])], [("y", TensorProto.FLOAT, [2])], [("yes", np.array(True))])
    done = nncore("inspect", path)
    assert done.returncode == 1 and done.stderr.startswith(f"nncore: {path}: 3 operators are not supported: "), done
    for part in ("'first' (NoSuchOp, opset 15)", "'second' (Dropout, opset 15): training", "'third' (TfIdfVectorizer, opset 15)"):
        assert part in done.stderr, done
    assert "fourth" not in done.stderr, done


def what_only_its_types_make_unsupported_is_named_at_once(folder):
    nodes = [helper.make_node("Conv", ["x", "w"], ["a"], "first"), helper.make_node("Conv", ["x", "w"], ["b"], "second")]
    path = save(folder, nodes, [("x", TensorProto.DOUBLE, [1, 1, 4, 4])],
                [("a", TensorProto.DOUBLE, [1, 1, 2, 2]), ("b", TensorProto.DOUBLE, [1, 1, 2, 2])],
                [("w", np.ones((1, 1, 3, 3)))])
    done = nncore("inspect", path)
    assert done.returncode == 1 and "'first'" in done.stderr and "'second'" in done.stderr, done


def arrays_of_every_type_come_in_and_out(folder):
    for name in TYPES:
        array = (np.arange(6).reshape(2, 3) % 2).astype(name)
        tensor = helper.np_dtype_to_tensor_dtype(array.dtype)
        path = save(folder, [helper.make_node("Transpose", ["x"], ["y"])], [("x", tensor, [2, 3])], [("y", tensor, [3, 2])])
        np.save(f"{folder}/x.npy", array)
        done = nncore("run", path, "-i", f"x={folder}/x.npy", "-o", folder)
        assert done.returncode == 0, (name, done)
        found = np.load(f"{folder}/y.npy")
        assert found.dtype == array.dtype and (found == array.T).all(), (name, found)


def another_type_or_order_is_refused(folder):
    path = two_layers(folder)
    for array, part in ((np.zeros((1, 2, 3)), "is f32, the file has f64"), (np.zeros((1, 2, 3), ">f4"), "type"),
                        (np.zeros((1, 2, 3), np.float32, "F"), "order")):
        np.save(f"{folder}/x.npy", array)
        done = nncore("run", path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/out")
        assert done.returncode == 1 and part in done.stderr, done


def dump_all_writes_every_tensor_as_it_was(folder):
    path = two_layers(folder)
    x = np.linspace(-1, 1, 12, dtype=np.float32).reshape(2, 2, 3)
    np.save(f"{folder}/x.npy", x)
    done = nncore("run", "--dump-all", path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/out")
    assert done.returncode == 0, done
    found = {file.stem: np.load(file) for file in Path(folder, "out").glob("*.npy")}
    assert sorted(found) == ["0000-t", "0001-r", "0002-m", "0003-y", "y"], found
    m = np.tanh(x).reshape(2, 6) @ (np.arange(24, dtype=np.float32).reshape(6, 4) / 24)
    right = {"0000-t": np.tanh(x), "0001-r": np.tanh(x).reshape(2, 6), "0002-m": m, "0003-y": found["y"]}
    for name, array in right.items():
        assert found[name].shape == array.shape and np.abs(found[name] - array).max() < 1e-6, name


def dump_all_writes_what_depends_on_data(folder):
    nodes = [helper.make_node("NonZero", ["x"], ["n"]), helper.make_node("Cast", ["n"], ["c"], to=TensorProto.FLOAT),
             helper.make_node("Sqrt", ["c"], ["y"])]
    path = save(folder, nodes, [("x", TensorProto.FLOAT, [4])], [("y", TensorProto.FLOAT, [1, "n"])])
    np.save(f"{folder}/x.npy", np.float32([0, 3, 0, 1]))
    assert nncore("run", "--dump-all", path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/out").returncode == 0
    assert np.load(f"{folder}/out/0000-n.npy").tolist() == [[1, 3]]
    assert np.load(f"{folder}/out/0001-c.npy").tolist() == [[1, 3]]


def precision_is_that_of_the_option(folder):
    """[1,2] * [2,16] of numbers that bf16 rounds, where the processor has it."""
    path = save(folder, [helper.make_node("MatMul", ["x", "w"], ["y"])], [("x", TensorProto.FLOAT, [1, 2])],
                [("y", TensorProto.FLOAT, [1, 16])], [("w", np.full((2, 16), 1.01, np.float32))])
    np.save(f"{folder}/x.npy", np.full((1, 2), 1.01, np.float32))
    flags = Path("/proc/cpuinfo").read_text().split()
    for precision, rounds in (("f32", False), ("bf16", "avx512_bf16" in flags and "NNC_CPU" not in os.environ)):
        done = nncore("run", "--precision", precision, path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/out")
        assert done.returncode == 0, done
        number = 1.0078125 if rounds else 1.01
        assert np.allclose(np.load(f"{folder}/out/y.npy"), 2 * number**2, 1e-6), (precision, np.load(f"{folder}/out/y.npy"))
        plan = nncore("inspect", "--plan", "--precision", precision, path).stdout
        assert ("bf16" in plan) == rounds, plan
        assert json.loads(nncore("bench", "--json", "--precision", precision, "--seconds", 0, path).stdout)["macs"] == 32
    done = nncore("bench", "--precision", "f16", path)
    assert done.returncode == 1 and "not 'f16'" in done.stderr, done


def image_network(folder):
    """What passes merge, move, fold and leave out, and a branch that depends on data."""
    random = np.random.default_rng(7)
    initializers = [(name, random.standard_normal(shape).astype(np.float32)) for name, shape in
                    {"w1": (4, 3, 3, 3), "b1": (4,), "scale": (4,), "shift": (4,), "mean": (4,), "w2": (5, 4, 1, 1), "w3": (2, 5)}.items()]
    initializers += [("variance", np.full(4, 0.5, np.float32)), ("low", np.float32(0)), ("high", np.float32(6)),
                     ("pads", np.array([0, 0, 1, 1, 0, 0, 1, 1])), ("zero", np.float32(0))]
    branches = {f"{name}_branch": helper.make_graph([helper.make_node(op, ["dense"], [f"{op}_inside"])], name, [],
                                                    [helper.make_tensor_value_info(f"{op}_inside", TensorProto.FLOAT, [1, 2])])
                for name, op in (("then", "Sigmoid"), ("else", "Tanh"))}
    nodes = [
        helper.make_node("Pad", ["x", "pads"], ["padded"]), helper.make_node("Conv", ["padded", "w1", "b1"], ["conv"], strides=[2, 2]),
        helper.make_node("BatchNormalization", ["conv", "scale", "shift", "mean", "variance"], ["norm"]),
        helper.make_node("Clip", ["norm", "low", "high"], ["clip"]), helper.make_node("Conv", ["clip", "w2"], ["points"]),
        helper.make_node("Identity", ["points"], ["same"]), helper.make_node("Relu", ["same"], ["relu"]),
        helper.make_node("MaxPool", ["relu"], ["pool"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["pool"], ["average"]), helper.make_node("Flatten", ["average"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w3"], ["dense"], transB=1),
        helper.make_node("ReduceMax", ["dense"], ["largest"], keepdims=0), helper.make_node("Greater", ["largest", "zero"], ["positive"]),
        helper.make_node("If", ["positive"], ["y"], **branches)]
    return save(folder, nodes, [("x", TensorProto.FLOAT, [1, 3, 9, 9])], [("y", TensorProto.FLOAT, [1, 2])], initializers)


def dump_all_agrees_with_onnx_runtime(folder):
    path = image_network(folder)
    network = onnx.load(path)
    names = [name for node in network.graph.node for name in node.output]
    network.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names if name != "y")
    x = np.random.default_rng(3).standard_normal((1, 3, 9, 9)).astype(np.float32)
    np.save(f"{folder}/x.npy", x)
    peer = onnxruntime.InferenceSession(network.SerializeToString(), providers=["CPUExecutionProvider"])
    right = dict(zip(names, peer.run(names, {"x": x})))
    done = nncore("run", "--dump-all", path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/out")
    assert done.returncode == 0, done
    found = {file.stem.partition("-")[2]: np.load(file) for file in Path(folder, "out").glob("????-*.npy")}
    for name, array in right.items():
        assert found[name].shape == array.shape and found[name].dtype == array.dtype, (name, found[name].shape)
        assert np.allclose(found[name], array, 1e-5, 1e-6), name
    inside = "Sigmoid_inside" if right["positive"] else "Tanh_inside"
    assert (found[inside] == found["y"]).all() and len(found.keys() & {"Sigmoid_inside", "Tanh_inside"}) == 1, found.keys()
    merged = nncore("run", path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/merged")
    assert merged.returncode == 0 and np.allclose(np.load(f"{folder}/merged/y.npy"), right["y"], 1e-5, 1e-6), merged


def long_names_are_cut(folder):
    name = "conv/" * 60
    path = save(folder, [helper.make_node("Tanh", ["x"], ["t"]), helper.make_node("Tanh", ["t"], [name])],
                [("x", TensorProto.FLOAT, [1])], [(name, TensorProto.FLOAT, [1])])
    done = nncore("run", "--dump-all", path, "-o", f"{folder}/out")
    assert done.returncode == 0, done
    cut = ("conv_" * 60)[:200]
    assert sorted(file.name for file in Path(folder, "out").iterdir()) == ["0000-t.npy", f"0001-{cut}.npy", f"{cut}.npy"], done


def sizes_come_from_the_files(folder):
    """A window does not fit the free dimension's 1; two inputs fit only together."""
    nodes = [helper.make_node("MaxPool", ["x"], ["p"], kernel_shape=[3]), helper.make_node("Concat", ["p", "z"], ["y"], axis=1)]
    path = save(folder, nodes, [("x", TensorProto.FLOAT, [1, 2, "n"]), ("z", TensorProto.FLOAT, [1, 1, "m"])],
                [("y", TensorProto.FLOAT, [1, 3, "m"])])
    np.save(f"{folder}/x.npy", np.arange(10, dtype=np.float32).reshape(1, 2, 5))
    np.save(f"{folder}/z.npy", np.float32([[[7, 8, 9]]]))
    done = nncore("run", path, "-i", f"x={folder}/x.npy", "-i", f"z={folder}/z.npy", "-o", f"{folder}/out")
    assert done.returncode == 0, done
    assert np.load(f"{folder}/out/y.npy").tolist() == [[[2, 3, 4], [7, 8, 9], [7, 8, 9]]]
    for what, part in ((("-i", f"x={folder}/x.npy", "-i", f"x={folder}/x.npy"), "the input is given twice"),
                       (("-i", f"y={folder}/x.npy"), "with an input's name"), (("-i", f"{folder}/x.npy"), "with an input's name")):
        done = nncore("run", path, *what, "-o", f"{folder}/out")
        assert done.returncode == 1 and part in done.stderr, done
    np.save(f"{folder}/x.npy", np.zeros((2, 5), np.float32))
    done = nncore("run", path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/out")
    assert done.returncode == 1 and "'x' has 3 dimensions, the file has 2" in done.stderr, done


def weights_in_a_file_beside_the_model_are_read(folder):
    """As torch.onnx.export() writes them."""
    path = two_layers(folder)
    x = np.linspace(-1, 1, 6, dtype=np.float32).reshape(1, 2, 3)
    np.save(f"{folder}/x.npy", x)
    assert nncore("run", path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/inside").returncode == 0
    onnx.save_model(onnx.load(path), path, save_as_external_data=True, all_tensors_to_one_file=True,
                    location=f"{Path(path).name}.data", size_threshold=0)
    assert Path(f"{path}.data").stat().st_size >= 96
    done = nncore("run", path, "-i", f"x={folder}/x.npy", "-o", f"{folder}/beside")
    assert done.returncode == 0, done
    assert (np.load(f"{folder}/beside/y.npy") == np.load(f"{folder}/inside/y.npy")).all()
    Path(f"{path}.data").unlink()
    done = nncore("inspect", path)
    assert done.returncode == 1 and f"{path}.data: cannot be opened" in done.stderr, done


def main():
    check = Checks()
    for test in (inspect_tells_what_goes_in_and_what_it_is, inspect_names_wrong_shapes, an_unknown_shape_is_not_zero,
                 all_that_is_unsupported_is_named_at_once, what_only_its_types_make_unsupported_is_named_at_once,
                 arrays_of_every_type_come_in_and_out, another_type_or_order_is_refused,
                 dump_all_writes_every_tensor_as_it_was, dump_all_writes_what_depends_on_data,
                 precision_is_that_of_the_option, dump_all_agrees_with_onnx_runtime, long_names_are_cut, sizes_come_from_the_files,
                 weights_in_a_file_beside_the_model_are_read):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                check(True, test.__name__)
            except Exception as error:  # one failure does not hide the others
                check(False, f"{test.__name__}: {error!r}")
    check.finish()


if __name__ == "__main__":
    main()
