# SPDX-License-Identifier: Apache-2.0
"""The Python side of Engram's trainer protocol (docs/own-trainers.md), with numpy and nothing else.

Derive from Trainer, and end the program with serve(YourTrainer()). What the program prints goes to the agent's log.
"""
import json
import os
import sys

import numpy as np

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1"}


class Lesson:
    """What a training pass is asked to do."""

    def __init__(self, fields, anchor):
        self.round = int(fields["round"])
        self.seed = int(fields["seed"])  # everything random follows from it
        self.rate = float(fields["rate"])
        self.epochs = int(fields["epochs"])
        self.batch = int(fields["batch"])
        self.momentum = float(fields["momentum"])
        self.weight_decay = float(fields["weight_decay"])
        self.pull = float(fields.get("pull", 0))  # add pull * (w - anchor) to the gradient
        self.anchor = anchor  # {name: array}, empty without a pull
        self.frozen = {name for name in fields.get("frozen", "").split(",") if name}  # tensors that stay as they are


class Trainer:
    """A model and how it is trained. Models are {name: float32 array}; rows are row numbers of the shard."""

    name = "trainer"
    can = ()  # of "pull" and "freeze": what it does beside plain training
    head = ()  # names or patterns ("fc.*") of the last layer's tensors

    def start(self, features, labels, outputs, task):
        """Called once. features: [n, d] float32; labels: [n]; task: classes, scores or remembered."""
        self.features, self.labels, self.output_count, self.task = features, labels, outputs, task

    def initial(self, seed):
        """The first model."""
        raise NotImplementedError

    def outputs(self, model, rows):
        """Raw outputs (logits or scores), [len(rows), outputs]."""
        raise NotImplementedError

    def train(self, model, rows, lesson):
        """The trained model, and the mean loss."""
        raise NotImplementedError


def serve(trainer):
    """Answers the agent until it says bye or goes away."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What anybody prints must not get between the answers.
    os.dup2(2, 1)
    while True:
        message = _receive(source)
        if message is None or message[0]["verb"] == "bye":
            return
        try:
            fields, tensors = _answer(trainer, *message)
        except Exception as error:  # the agent says it to the site owner, and starts the program again
            import traceback

            traceback.print_exc()
            fields, tensors = {"error": f"{type(error).__name__}: {error}"}, {}
        _send(sink, fields, tensors)


def _answer(trainer, fields, tensors):
    verb = fields["verb"]
    if verb == "hello":
        features, labels = read_shard(fields["shard"])
        trainer.start(features, labels, int(fields["outputs"]), fields["task"])
        return {"protocol": "1", "name": trainer.name, "can": ",".join(trainer.can)}, {}
    if verb == "initial":
        return {"head": ",".join(trainer.head)}, _named("model/", trainer.initial(int(fields["seed"])))
    model, rows = _under("model/", tensors), tensors.get("rows")
    if verb == "outputs":
        return {}, {"outputs": trainer.outputs(model, rows)}
    if verb == "train":
        trained, loss = trainer.train(model, rows, Lesson(fields, _under("anchor/", tensors)))
        return {"loss": repr(float(loss))}, _named("model/", trained)
    raise ValueError(f"there is no verb '{verb}' in protocol 1")


def _named(prefix, model):
    return {prefix + name: values for name, values in model.items()}


def _under(prefix, tensors):
    return {name[len(prefix):]: values for name, values in tensors.items() if name.startswith(prefix)}


def _receive(source):
    length = source.read(8)
    if len(length) < 8:
        return None
    length = int.from_bytes(length, "little")
    file = source.read(length)
    if len(file) < length:
        return None
    metadata, tensors = parse(file)
    return {key[len("engram."):]: value for key, value in metadata.items()}, tensors


def _send(sink, fields, tensors):
    header, data, start = {"__metadata__": {"engram." + key: str(value) for key, value in fields.items()}}, [], 0
    for name, values in tensors.items():
        values = np.asarray(values, dtype="<f4")
        data.append(values.tobytes())
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [start, start + len(data[-1])]}
        start += len(data[-1])
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file = len(text).to_bytes(8, "little") + text + b"".join(data)
    sink.write(len(file).to_bytes(8, "little") + file)
    sink.flush()


def parse(file):
    """A safetensors file's metadata and its tensors, as arrays that may be written to; tensors of other types than Engram's are left out."""
    end = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:end])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] not in _TYPES:
            continue
        first, last = entry["data_offsets"]
        values = np.frombuffer(file[end + first:end + last], dtype=_TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).copy()
    return metadata, tensors


def read_shard(path):
    """A shard's features [n, d] as float32, and its labels [n]; for the task `remembered` a tensor of that name may stand in for them."""
    with open(path, "rb") as file:
        metadata, tensors = parse(file.read())
    features = tensors["features"]
    if features.dtype == np.uint8:
        scale, offset = float(metadata.get("engram.scale", 1)), float(metadata.get("engram.offset", 0))
        features = features.astype(np.float32) * np.float32(scale) + np.float32(offset)
    labels = tensors["labels"] if "labels" in tensors else tensors["remembered"].astype(np.int64)
    return features.astype(np.float32), labels
