"""MiniLM as an ONNX graph, written field by field: the weights stay in their safetensors file and are referred to by offset.

Neither torch nor the onnx package is needed to make it, nothing is copied, and the same weights always give the same bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

HEADS, LAYERS, EPSILON = 12, 6, 1e-12
_FLOAT, _INT32, _INT64 = 1, 6, 7
_MICROSOFT = "com.microsoft"  # onnxruntime's own operators: a whole attention block or normalisation in one
Attribute = int | float


def write_graph(weights: Path) -> bytes:
    """The model as protobuf bytes; opened with `weights`' folder as the place of external data."""
    graph = _Graph(_Offsets.read(weights))
    hidden = _embeddings(graph)
    for layer in range(LAYERS):
        hidden = _layer(graph, f"encoder.layer.{layer}.", hidden)
    _pool(graph, hidden)
    return graph.model()


@dataclass(frozen=True)
class _Offsets:
    """Where each tensor lies in a safetensors file."""

    name: str
    start: int
    tensors: dict[str, tuple[tuple[int, ...], int, int]]

    @classmethod
    def read(cls, weights: Path) -> _Offsets:
        with weights.open("rb") as handle:
            (length,) = struct.unpack("<Q", handle.read(8))
            header = json.loads(handle.read(length))
        tensors = {k: (tuple(v["shape"]), *v["data_offsets"]) for k, v in header.items() if k != "__metadata__"}
        return cls(weights.name, 8 + length, tensors)


@dataclass
class _Graph:
    """A graph as it grows: nodes and initializers, already encoded."""

    offsets: _Offsets
    nodes: list[bytes] = field(default_factory=list)
    initializers: dict[str, bytes] = field(default_factory=dict)

    def node(self, kind: str, inputs: Sequence[str], domain: str = "", outputs: int = 1, **attributes: Attribute | Sequence[int]) -> str:
        """Add a node; its first output's name comes back."""
        name = f"n{len(self.nodes)}"
        body = b"".join(_text(1, each) for each in inputs)
        body += b"".join(_text(2, f"{name}_{place}" if place else name) for place in range(outputs))
        body += _text(3, name) + _text(4, kind) + b"".join(_attribute(k, v) for k, v in attributes.items())
        self.nodes.append(body + (_text(7, domain) if domain else b""))
        return name

    def weight(self, name: str) -> str:
        """An initializer that lies in the weights file."""
        shape, begin, end = self.offsets.tensors[name]
        place = {"location": self.offsets.name, "offset": str(self.offsets.start + begin), "length": str(end - begin)}
        external = b"".join(_bytes(13, _text(1, key) + _text(2, value)) for key, value in place.items())
        self.initializers[name] = _tensor(name, _FLOAT, shape) + external + _varint_field(14, 1)
        return name

    def constant(self, name: str, values: Sequence[int] | Sequence[float], kind: int = _INT64) -> str:
        """A small initializer written into the graph itself."""
        raw = struct.pack(f"<{len(values)}{'f' if kind == _FLOAT else 'q'}", *values)
        self.initializers[name] = _tensor(name, kind, (len(values),)) + _bytes(9, raw)
        return name

    def transposed(self, name: str) -> str:
        """A linear layer's matrix as ONNX wants it; folded away when the model is opened."""
        return self.node("Transpose", [self.weight(name)], perm=[1, 0])

    def model(self) -> bytes:
        """The whole as a ModelProto."""
        graph = b"".join(_bytes(1, node) for node in self.nodes) + _text(2, "minilm")
        graph += b"".join(_bytes(5, each) for each in self.initializers.values())
        graph += b"".join(_bytes(11, _value(name, _INT32, ("batch", "tokens"))) for name in ("ids", "mask"))
        graph += _bytes(12, _value("vectors", _FLOAT, ("batch", 384)))
        opsets = _bytes(8, _text(1, "") + _varint_field(2, 17)) + _bytes(8, _text(1, _MICROSOFT) + _varint_field(2, 1))
        return _varint_field(1, 8) + _text(2, "oiis") + _bytes(7, graph) + opsets


def _embeddings(graph: _Graph) -> str:
    zero = graph.constant("zero", [0])
    segments = graph.node("Mul", ["ids", graph.node("Cast", [zero], to=_INT32)])
    tables = [graph.weight(f"embeddings.{kind}_embeddings.weight") for kind in ("word", "position", "token_type")]
    norm = [graph.weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
    return graph.node("EmbedLayerNormalization", ["ids", segments, *tables, *norm, "mask"], _MICROSOFT, outputs=2, epsilon=EPSILON)


def _layer(graph: _Graph, prefix: str, hidden: str) -> str:
    parts = [f"{prefix}attention.self.{part}." for part in ("query", "key", "value")]
    matrix = graph.node("Concat", [graph.transposed(part + "weight") for part in parts], axis=1)
    bias = graph.node("Concat", [graph.weight(part + "bias") for part in parts], axis=0)
    attended = graph.node("Attention", [hidden, matrix, bias, "mask"], _MICROSOFT, num_heads=HEADS)
    attended = graph.node("MatMul", [attended, graph.transposed(f"{prefix}attention.output.dense.weight")])
    hidden = _add_and_norm(graph, attended, hidden, f"{prefix}attention.output.")
    wide = graph.node("MatMul", [hidden, graph.transposed(f"{prefix}intermediate.dense.weight")])
    wide = graph.node("BiasGelu", [wide, graph.weight(f"{prefix}intermediate.dense.bias")], _MICROSOFT)
    narrow = graph.node("MatMul", [wide, graph.transposed(f"{prefix}output.dense.weight")])
    return _add_and_norm(graph, narrow, hidden, f"{prefix}output.")


def _add_and_norm(graph: _Graph, new: str, old: str, prefix: str) -> str:
    norm = [graph.weight(f"{prefix}{part}") for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
    return graph.node("SkipLayerNormalization", [new, old, *norm], _MICROSOFT, epsilon=EPSILON)


def _pool(graph: _Graph, hidden: str) -> None:
    """The mean over the tokens that are no padding, brought to length one."""
    shown = graph.node("Unsqueeze", [graph.node("Cast", ["mask"], to=_FLOAT), graph.constant("last", [2])])
    total = graph.node("ReduceSum", [graph.node("Mul", [hidden, shown]), graph.constant("tokens_axis", [1])], keepdims=0)
    length = graph.node("ReduceL2", [total], axes=[1], keepdims=1)
    normed = graph.node("Div", [total, graph.node("Max", [length, graph.constant("tiny", [1e-12], _FLOAT)])])
    graph.nodes.append(_text(1, normed) + _text(2, "vectors") + _text(3, "out") + _text(4, "Identity"))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varint_field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _bytes(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode())


def _tensor(name: str, kind: int, shape: Sequence[int]) -> bytes:
    return b"".join(_varint_field(1, size) for size in shape) + _varint_field(2, kind) + _text(8, name)


def _value(name: str, kind: int, shape: Sequence[str | int]) -> bytes:
    sizes = b"".join(_bytes(1, _varint_field(1, size) if isinstance(size, int) else _text(2, size)) for size in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _varint_field(1, kind) + _bytes(2, sizes)))


def _attribute(name: str, value: Attribute | Sequence[int]) -> bytes:
    if isinstance(value, float):
        return _bytes(5, _text(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _varint_field(20, 1))
    if isinstance(value, int):
        return _bytes(5, _text(1, name) + _varint_field(3, value) + _varint_field(20, 2))
    return _bytes(5, _text(1, name) + b"".join(_varint_field(8, each) for each in value) + _varint_field(20, 7))
