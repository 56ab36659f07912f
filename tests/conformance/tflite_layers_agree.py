#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""TFLite's recurrent layers, written here with weights by chance, its control flow and variables, and what its converter does
not make agree with LiteRT's reference kernels while their states persist over runs, and again after they were reset: real ones within 1e-5 of the
output's range, hybrid ones within 1e-4."""
import sys

import numpy as np

from checks import Checks, cpu_lacks_mask

try:
    import ai_edge_litert.schema_py_generated as schema
    import flatbuffers
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError:
    print("SKIP: ai-edge-litert is not installed")
    sys.exit(77)

BATCH, TIME, INPUT, HIDDEN = 2, 5, 8, 12
RUNS = 3
FLOAT, INT8 = schema.TensorType.FLOAT32, schema.TensorType.INT8


class Writer:
    """A network: of one operator, by finish(), or of nodes of several graphs, by node(), graph_end() and pack()."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes, self.model.subgraphs = [], []
        self.begin_graph()

    def begin_graph(self):
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs.append(self.graph)

    def tensor(self, name, shape, data=None, state=False):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.isVariable, tensor.buffer = name, list(shape), state, 0
        tensor.type = INT8 if data is not None and data.dtype == np.int8 else FLOAT
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def weights(self, name, *shape, hybrid=False):
        data = self.random.normal(0, 0.5, shape).astype(np.float32)
        if not hybrid:
            return self.tensor(name, shape, data)
        scale = np.abs(data).max() / 127
        index = self.tensor(name, shape, np.round(data / scale).astype(np.int8))
        quantization = self.graph.tensors[index].quantization = schema.QuantizationParametersT()
        quantization.scale, quantization.zeroPoint = [scale], [0]
        return index

    def finish(self, operator, options_type, options, inputs, x, y, version=1):
        self.add_node(operator, options_type, options, inputs, [y], version)
        self.end_graph([x], [y])
        return self.pack()

    def add_node(self, operator, options_type, options, inputs, outputs, version=1):
        code, node = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode, code.version = operator, version
        code.deprecatedBuiltinCode = min(operator, 127)
        node.opcodeIndex, node.inputs, node.outputs = len(self.model.operatorCodes), inputs, outputs
        node.builtinOptionsType, node.builtinOptions = options_type, options
        self.model.operatorCodes.append(code)
        self.graph.operators.append(node)

    def node(self, operator, kind, inputs, outputs, **options):
        """kind: of options, without "Options"."""
        table = getattr(schema, kind + "OptionsT")()
        for name, value in options.items():
            setattr(table, name, value)
        self.add_node(getattr(schema.BuiltinOperator, operator), getattr(schema.BuiltinOptions, kind + "Options"), table,
                      inputs, outputs)

    def end_graph(self, inputs, outputs):
        self.graph.inputs, self.graph.outputs = inputs, outputs

    def typed(self, name, shape, dtype):
        index = self.tensor(name, shape)
        self.graph.tensors[index].type = dtype
        return index

    def pack(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def extents(time_major):
    return (TIME, BATCH) if time_major else (BATCH, TIME)


def write_lstm(seed, hybrid=False, coupled=False, peepholes=False, time_major=False, asymmetric=False, cell_clip=0.0):
    writer = Writer(seed)
    x = writer.tensor("x", (*extents(time_major), INPUT))
    gates = range(coupled, 4)
    absent = [-1] * coupled
    w = absent + [writer.weights(f"w{i}", HIDDEN, INPUT, hybrid=hybrid) for i in gates]
    r = absent + [writer.weights(f"r{i}", HIDDEN, HIDDEN, hybrid=hybrid) for i in gates]
    p = absent + [writer.weights(f"p{i}", HIDDEN, hybrid=hybrid) for i in range(coupled, 3)] if peepholes else [-1] * 3
    b = absent + [writer.weights(f"b{i}", HIDDEN) for i in gates]
    states = [writer.tensor(name, (BATCH, HIDDEN), state=True) for name in ("h", "c")]
    y = writer.tensor("y", (*extents(time_major), HIDDEN))
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    options.cellClip, options.timeMajor, options.asymmetricQuantizeInputs = cell_clip, time_major, asymmetric
    return writer.finish(schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM,
                         schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions, options,
                         [x, *w, *r, *p, *b, -1, -1, *states, -1, -1, -1, -1], x, y)


def write_rnn(seed, hybrid=False, time_major=False, asymmetric=False, activation="TANH"):
    writer = Writer(seed)
    x = writer.tensor("x", (*extents(time_major), INPUT))
    w, r = (writer.weights(name, HIDDEN, n, hybrid=hybrid) for name, n in (("w", INPUT), ("r", HIDDEN)))
    b = writer.weights("b", HIDDEN)
    h = writer.tensor("h", (BATCH, HIDDEN), state=True)
    y = writer.tensor("y", (*extents(time_major), HIDDEN))
    options = schema.SequenceRNNOptionsT()
    options.timeMajor, options.asymmetricQuantizeInputs = time_major, asymmetric
    options.fusedActivationFunction = getattr(schema.ActivationFunctionType, activation)
    return writer.finish(schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_RNN, schema.BuiltinOptions.SequenceRNNOptions,
                         options, [x, w, r, b, h], x, y)


def write_svdf(seed, hybrid=False, rank=1, bias=True, asymmetric=False, activation="NONE", steps=4):
    writer = Writer(seed)
    x = writer.tensor("x", (BATCH, INPUT))
    features = writer.weights("features", HIDDEN, INPUT, hybrid=hybrid)
    time = writer.weights("time", HIDDEN, steps, hybrid=hybrid)
    b = writer.weights("b", HIDDEN // rank) if bias else -1
    state = writer.tensor("state", (BATCH, HIDDEN * steps), state=True)
    y = writer.tensor("y", (BATCH, HIDDEN // rank))
    options = schema.SVDFOptionsT()
    options.rank, options.asymmetricQuantizeInputs = rank, asymmetric
    options.fusedActivationFunction = getattr(schema.ActivationFunctionType, activation)
    return writer.finish(schema.BuiltinOperator.SVDF, schema.BuiltinOptions.SVDFOptions, options,
                         [x, features, time, b, state], x, y)


def write_stored_svdf(seed, rank=1, bias=True, steps=4):
    writer, types = Writer(seed), schema.TensorType

    def stored(name, shape, kind, scale, zero_point=0, data=None, state=False):
        index = writer.tensor(name, shape, data, state)
        tensor = writer.graph.tensors[index]
        tensor.type, tensor.quantization = kind, schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [zero_point]
        return index

    def numbers(limit, dtype, *shape):
        return writer.random.integers(-limit, limit + 1, shape).astype(dtype)

    x = stored("x", (BATCH, INPUT), types.INT8, 0.0317, -7)
    features = stored("features", (HIDDEN, INPUT), types.INT8, 0.0113, 0, numbers(127, np.int8, HIDDEN, INPUT))
    time = stored("time", (HIDDEN, steps), types.INT16, 0.00037, 0, numbers(3000, np.int16, HIDDEN, steps))
    b = stored("b", (HIDDEN // rank,), types.INT32, 0.00037 * 0.00071, 0,
               numbers(1000000, np.int32, HIDDEN // rank)) if bias else -1
    state = stored("state", (BATCH, HIDDEN * steps), types.INT16, 0.00071, state=True)
    y = stored("y", (BATCH, HIDDEN // rank), types.INT8, 0.0531, -5)
    options = schema.SVDFOptionsT()
    options.rank, options.fusedActivationFunction = rank, schema.ActivationFunctionType.RELU
    return writer.finish(schema.BuiltinOperator.SVDF, schema.BuiltinOptions.SVDFOptions, options,
                         [x, features, time, b, state], x, y, version=3)


def write_while():
    """x is doubled three times."""
    writer = Writer(1)
    x, y = writer.tensor("x", (2, 3)), writer.tensor("y", (2, 3))
    left = writer.tensor("count", (1,), np.array([3.0], np.float32))
    last = writer.tensor("last", (1,))
    writer.node("WHILE", "While", [left, x], [last, y], condSubgraphIndex=1, bodySubgraphIndex=2)
    writer.end_graph([x], [y])
    writer.begin_graph()
    left, x = writer.tensor("left", (1,)), writer.tensor("x", (2, 3))
    again = writer.typed("again", (1,), schema.TensorType.BOOL)
    writer.node("CAST", "Cast", [left], [again], inDataType=FLOAT, outDataType=schema.TensorType.BOOL)
    writer.end_graph([left, x], [again])
    writer.begin_graph()
    left, x = writer.tensor("left", (1,)), writer.tensor("x", (2, 3))
    one = writer.tensor("one", (1,), np.array([1.0], np.float32))
    less, twice = writer.tensor("less", (1,)), writer.tensor("twice", (2, 3))
    writer.node("SUB", "Sub", [left, one], [less])
    writer.node("ADD", "Add", [x, x], [twice])
    writer.end_graph([left, x], [less, twice])
    return writer.pack()


def write_if(condition):
    """x + x where the condition holds, x * x where it does not."""
    writer = Writer(1)
    x, y = writer.tensor("x", (2, 3)), writer.tensor("y", (2, 3))
    number = writer.tensor("number", (1,), np.array([condition], np.float32))
    holds = writer.typed("holds", (1,), schema.TensorType.BOOL)
    writer.node("CAST", "Cast", [number], [holds], inDataType=FLOAT, outDataType=schema.TensorType.BOOL)
    writer.node("IF", "If", [holds, x], [y], thenSubgraphIndex=1, elseSubgraphIndex=2)
    writer.end_graph([x], [y])
    for operator, kind in (("ADD", "Add"), ("MUL", "Mul")):
        writer.begin_graph()
        x, y = writer.tensor("x", (2, 3)), writer.tensor("y", (2, 3))
        writer.node(operator, kind, [x, x], [y])
        writer.end_graph([x], [y])
    return writer.pack()


def write_variable():
    """The sum of all x, from 10 on."""
    writer = Writer(1)
    x, y = writer.tensor("x", (2, 3)), writer.tensor("y", (2, 3))
    handle, before = writer.typed("handle", (1,), schema.TensorType.RESOURCE), writer.tensor("before", (2, 3))
    writer.node("CALL_ONCE", "CallOnce", [], [], initSubgraphIndex=1)
    writer.node("VAR_HANDLE", "VarHandle", [], [handle], container="c", sharedName="sum")
    writer.node("READ_VARIABLE", "ReadVariable", [handle], [before])
    writer.node("ADD", "Add", [before, x], [y])
    writer.node("ASSIGN_VARIABLE", "AssignVariable", [handle, y], [])
    writer.end_graph([x], [y])
    writer.begin_graph()
    handle = writer.typed("handle", (1,), schema.TensorType.RESOURCE)
    ten = writer.tensor("ten", (2, 3), np.full((2, 3), 10, np.float32))
    writer.node("VAR_HANDLE", "VarHandle", [], [handle], container="c", sharedName="sum")
    writer.node("ASSIGN_VARIABLE", "AssignVariable", [handle, ten], [])
    writer.end_graph([], [])
    return writer.pack()


def write_l2_pool(padding, activation):
    writer = Writer(1)
    x, y = writer.tensor("x", (2, 7, 6, 5)), writer.tensor("y", (2, 4, 6, 5) if padding == "SAME" else (2, 3, 4, 5))
    writer.node("L2_POOL_2D", "Pool2D", [x], [y], filterWidth=3, filterHeight=2, strideW=1, strideH=2,
                padding=getattr(schema.Padding, padding), fusedActivationFunction=getattr(schema.ActivationFunctionType, activation))
    writer.end_graph([x], [y])
    return writer.pack()


LAYERS = {
    "L2_POOL_2D": lambda: write_l2_pool("SAME", "NONE"),
    "L2_POOL_2D, valid, limited": lambda: write_l2_pool("VALID", "RELU_N1_TO_1"),
    "WHILE": write_while,
    "IF, true": lambda: write_if(1),
    "IF, false": lambda: write_if(0),
    "CALL_ONCE and a variable": write_variable,
    "LSTM": lambda: write_lstm(1),
    "LSTM, time first": lambda: write_lstm(2, time_major=True),
    "LSTM with peepholes": lambda: write_lstm(3, peepholes=True),
    "LSTM of coupled gates": lambda: write_lstm(4, coupled=True),
    "LSTM of coupled gates with peepholes": lambda: write_lstm(5, coupled=True, peepholes=True),
    "LSTM with a clipped cell": lambda: write_lstm(6, cell_clip=0.25),
    "hybrid LSTM": lambda: write_lstm(7, hybrid=True),
    "hybrid LSTM of coupled gates": lambda: write_lstm(8, hybrid=True, coupled=True),
    "hybrid LSTM, asymmetric": lambda: write_lstm(9, hybrid=True, asymmetric=True),
    "RNN": lambda: write_rnn(1),
    "RNN, time first, Relu": lambda: write_rnn(2, time_major=True, activation="RELU"),
    "hybrid RNN": lambda: write_rnn(3, hybrid=True),
    "hybrid RNN, asymmetric": lambda: write_rnn(4, hybrid=True, asymmetric=True),
    "SVDF": lambda: write_svdf(1),
    "SVDF of rank 2, Relu": lambda: write_svdf(2, rank=2, activation="RELU"),
    "SVDF of one step, no bias": lambda: write_svdf(3, bias=False, steps=1),
    "hybrid SVDF": lambda: write_svdf(4, hybrid=True, rank=2),
    "hybrid SVDF, asymmetric": lambda: write_svdf(5, hybrid=True, asymmetric=True),
    "integer SVDF": lambda: write_stored_svdf(6),
    "integer SVDF of rank 3": lambda: write_stored_svdf(7, rank=3, steps=7),
    "integer SVDF, no bias": lambda: write_stored_svdf(8, rank=2, bias=False),
}


def make_peer(content):
    peer = Interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    peer.allocate_tensors()
    return peer


def compare(check, name, content):
    import nncore_library

    try:
        ours = nncore_library.Session(nncore_library.Model(content, name))
    except nncore_library.EngineError as error:
        check(False, f"{name}: {error}")
        return
    theirs = make_peer(content)
    x, y = theirs.get_input_details()[0], theirs.get_output_details()[0]
    random, worst = np.random.default_rng(0), 0.0
    for run in range(2 * RUNS):
        if run == RUNS:
            theirs = make_peer(content)  # its reset leaves resources as they are
            ours.reset()
        if x["dtype"] == np.int8:
            numbers = random.integers(-128, 128, x["shape"], np.int8)
        else:
            numbers = random.uniform(-1, 1, x["shape"]).astype(np.float32)
        theirs.set_tensor(x["index"], numbers)
        theirs.invoke()
        right = theirs.get_tensor(y["index"])
        moved = np.abs(ours.run([numbers])[0].astype(np.float32) - right.astype(np.float32))
        worst = max(worst, float(moved.max() / np.abs(right.astype(np.float32)).max()))
    tolerance = 1e-4 if name.startswith("hybrid") else 1e-5  # less than a step of an integer
    check(worst < tolerance, f"{name}: relative error {worst:.1e} < {tolerance:.0e}")


def main():
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    for name, write in LAYERS.items():
        compare(check, name, write())
    check.finish()


if __name__ == "__main__":
    main()
