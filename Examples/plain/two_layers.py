# SPDX-License-Identifier: Apache-2.0
"""A trainer with nothing but Python's standard library: the whole protocol of docs/own-trainers.md on one page, to copy into another language.

The model is logits = head · base · x with softmax cross-entropy, for shards of the task classes with F32 features.

    engram local --data F --set sharing=base --trainer 'python3 Examples/plain/two_layers.py'
"""
import array
import json
import math
import os
import random
import sys

HIDDEN = 4
CODES = {"F32": "f", "I64": "q"}


# The wire: eight bytes of length, then a safetensors file. A tensor is (shape, flat values).


def receive(source):
    start = source.read(8)
    file = source.read(int.from_bytes(start, "little")) if len(start) == 8 else b""
    return parse(file) if file else None


def parse(file):
    end = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:end])
    fields = {key.removeprefix("engram."): value for key, value in header.pop("__metadata__", {}).items()}
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        if entry["dtype"] in CODES:
            tensors[name] = entry["shape"], array.array(CODES[entry["dtype"]], file[end + first:end + last])
    return fields, tensors


def send(sink, fields, tensors):
    header, data = {"__metadata__": {"engram." + key: str(value) for key, value in fields.items()}}, b""
    for name, (shape, values) in tensors.items():
        start, data = len(data), data + array.array("f", values).tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    file = len(text).to_bytes(8, "little") + text + data
    sink.write(len(file).to_bytes(8, "little") + file)
    sink.flush()


# The model.


class TwoLayers:
    def start(self, fields):
        with open(fields["shard"], "rb") as file:
            _, tensors = parse(file.read())
        (count, self.inputs), values = tensors["features"]
        self.features = [values[row * self.inputs:(row + 1) * self.inputs] for row in range(count)]
        self.labels = tensors["labels"][1]
        self.outputs = int(fields["outputs"])

    def initial(self, seed):
        draw = random.Random(seed)
        shapes = {"base": [HIDDEN, self.inputs], "head": [self.outputs, HIDDEN]}
        return {
            name: (shape, [draw.gauss(0, 1 / math.sqrt(shape[1])) for _ in range(shape[0] * shape[1])])
            for name, shape in shapes.items()
        }

    def forward(self, base, head, row):
        x = self.features[row]
        hidden = [sum(w * v for w, v in zip(base[i * self.inputs:(i + 1) * self.inputs], x)) for i in range(HIDDEN)]
        return hidden, [sum(head[o * HIDDEN + i] * hidden[i] for i in range(HIDDEN)) for o in range(self.outputs)]

    def train(self, model, rows, fields):
        base, head = list(model["base"][1]), list(model["head"][1])
        frozen = fields.get("frozen", "").split(",")
        rate, batch, epochs = float(fields["rate"]), int(fields["batch"]), int(fields["epochs"])
        draw, order, total = random.Random(int(fields["seed"])), list(rows), 0.0
        for _ in range(epochs):
            draw.shuffle(order)
            for start in range(0, len(order), batch):
                part = order[start:start + batch]
                to_base, to_head = [0.0] * len(base), [0.0] * len(head)
                for row in part:
                    hidden, logits = self.forward(base, head, row)
                    top = max(logits)
                    chances = [math.exp(z - top) for z in logits]
                    whole = sum(chances)
                    slopes = [c / whole - (o == self.labels[row]) for o, c in enumerate(chances)]
                    total += math.log(whole) + top - logits[self.labels[row]]
                    for i in range(HIDDEN):
                        back = sum(slopes[o] * head[o * HIDDEN + i] for o in range(self.outputs))
                        for o in range(self.outputs):
                            to_head[o * HIDDEN + i] += slopes[o] * hidden[i]
                        for j, x in enumerate(self.features[row]):
                            to_base[i * self.inputs + j] += back * x
                step = rate / len(part)
                if "base" not in frozen:
                    base = [w - step * g for w, g in zip(base, to_base)]
                if "head" not in frozen:
                    head = [w - step * g for w, g in zip(head, to_head)]
        loss = total / max(1, epochs * len(order))
        return {"base": (model["base"][0], base), "head": (model["head"][0], head)}, loss


def answer(trainer, fields, tensors):
    """One request's answer, as metadata and tensors."""
    verb = fields["verb"]
    if verb == "hello":
        trainer.start(fields)
        return {"protocol": "1", "name": "two layers", "can": "freeze"}, {}
    if verb == "initial":
        model = trainer.initial(int(fields["seed"]))
        return {"head": "head"}, {"model/" + name: tensor for name, tensor in model.items()}
    model = {name.removeprefix("model/"): tensor for name, tensor in tensors.items() if name.startswith("model/")}
    rows = tensors["rows"][1]
    if verb == "outputs":
        made = [z for row in rows for z in trainer.forward(model["base"][1], model["head"][1], row)[1]]
        return {}, {"outputs": ([len(rows), trainer.outputs], made)}
    if verb == "train":
        model, loss = trainer.train(model, rows, fields)
        return {"loss": loss}, {"model/" + name: tensor for name, tensor in model.items()}
    return {"error": f"there is no verb '{verb}'"}, {}


def main(answer=answer):
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What is printed goes to the agent's log, not between the answers.
    os.dup2(2, 1)
    trainer = TwoLayers()
    while (message := receive(source)) and message[0]["verb"] != "bye":
        send(sink, *answer(trainer, *message))


if __name__ == "__main__":
    main()
