#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a folder of images into a shard, with the features of a pretrained network of your choice.

    images_to_shard.py photos --network squeezenet.onnx --observer anna --output anna.safetensors
    images_to_shard.py photos --network torchvision:resnet18 --labels ratings.csv --task scores --output anna.safetensors

Without --labels the names of the sub-folders are the classes. With it, a CSV with the columns `file` and `label`: a class number or name, a
score, or 0 and 1 for `remembered`. Everybody in the federation must number the classes alike: give --classes a,b,c, the names in their
order (without it they are in alphabetical order, as far as they occur here), or, where labels are numbers from 0, --classes 10, how many there
are. Every agent must use the same network, size, mean and deviation.

Needs numpy, Pillow and safetensors; onnxruntime for an ONNX file, torchvision for torchvision:NAME.
"""
import argparse
import csv
import pathlib
import sys

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"}


def onnx_network(path, node):
    """Images [n, 3, side, side] to features: the output `node` of an ONNX model, its last one if that is None."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [out.name for out in session.get_outputs()]
    if node is not None and node not in names:
        sys.exit(f"{path}: it has no output '{node}', only {', '.join(names)}")
    entry = session.get_inputs()[0]
    # Many exported models take one image at a time.
    step = 16 if not isinstance(entry.shape[0], int) else entry.shape[0]

    def features(images):
        parts = [session.run([node or names[-1]], {entry.name: images[i : i + step]})[0] for i in range(0, len(images), step)]
        return np.concatenate(parts)

    return features


def torchvision_network(name):
    """A classifier of torchvision without its last layer, with its default weights."""
    import torch
    import torchvision

    model = torchvision.models.get_model(name, weights="DEFAULT")
    for head in ("fc", "classifier", "head", "heads"):
        if hasattr(model, head):
            setattr(model, head, torch.nn.Identity())
            break
    model.eval()

    def features(images):
        with torch.no_grad():
            return torch.cat([model(part) for part in torch.from_numpy(images).split(16)]).numpy()

    return features


def numbers(text):
    return np.array([float(part) for part in text.split(",")], np.float32)


def load(path, side, mean, deviation):
    """One image as [3, side, side]: the shorter edge scaled to 8/7 of the side, the middle cut out, as is usual for ImageNet."""
    image = Image.open(path).convert("RGB")
    scale = side * 8 / 7 / min(image.size)
    image = image.resize([max(side, round(edge * scale)) for edge in image.size], Image.Resampling.BILINEAR)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    pixels = np.asarray(image.crop((left, top, left + side, top + side)), np.float32) / 255
    return ((pixels - mean) / deviation).transpose(2, 0, 1)


def labelled_files(options):
    """Paths and labels, in a fixed order."""
    folder = pathlib.Path(options.folder)
    if options.labels:
        with open(options.labels, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if not rows or not {"file", "label"} <= rows[0].keys():
            sys.exit(f"{options.labels}: it needs the columns 'file' and 'label', and rows")
        return [folder / row["file"] for row in rows], [row["label"] for row in rows]
    files = sorted(path for path in folder.glob("*/*") if path.suffix.lower() in ENDINGS)
    if not files:
        sys.exit(f"{folder}: no images in sub-folders; make one sub-folder for each class, or give --labels")
    return files, [path.parent.name for path in files]


def targets(labels, options):
    """The labels as the shard has them, and the number of classes."""
    if options.task == "scores":
        return {"labels": np.array([float(label) for label in labels], np.float32)}, 0
    if options.task == "remembered":
        return {"remembered": np.array([int(label) for label in labels], np.uint8)}, 2
    if all(label.isdecimal() for label in labels) and "," not in (options.classes or ""):
        # Numbers stay what they are: as names "10" would come before "9", and a site without some of them would count the others anew.
        if not (options.classes or "").isdecimal():
            sys.exit("the labels are class numbers: say with --classes how many classes the whole federation has, such as --classes 10")
        count, ids = int(options.classes), np.array([int(label) for label in labels], np.int64)
        if ids.max() >= count:
            sys.exit(f"there is a class {ids.max()}, but with --classes {count} they are 0 to {count - 1}")
        print(f"classes: numbers from 0 to {count - 1}", file=sys.stderr)
        return {"labels": ids}, count
    names = options.classes.split(",") if options.classes else sorted(set(labels))
    unknown = sorted(set(labels) - set(names))
    if unknown:
        sys.exit(f"these labels are no classes: {', '.join(unknown[:5])}; the classes are {', '.join(names)}")
    print("classes:", ", ".join(f"{i} {name}" for i, name in enumerate(names)), file=sys.stderr)
    if not options.classes:
        print(f"if any site has other classes, give all of them to everybody in one order: --classes {','.join(names)},…", file=sys.stderr)
    return {"labels": np.array([names.index(label) for label in labels], np.int64)}, len(names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--network", required=True, help="FILE.onnx or torchvision:NAME")
    parser.add_argument("--node", help="which output of an ONNX model (its last one)")
    parser.add_argument("--output", required=True)
    parser.add_argument("--observer", default="observer")
    parser.add_argument("--task", choices=["classes", "scores", "remembered"], default="classes")
    parser.add_argument("--labels", help="a CSV with the columns file and label")
    parser.add_argument("--classes", help="of the whole federation: the names in their order, or how many if labels are numbers")
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--mean", type=numbers, default=numbers("0.485,0.456,0.406"))
    parser.add_argument("--deviation", type=numbers, default=numbers("0.229,0.224,0.225"))
    options = parser.parse_args()

    files, labels = labelled_files(options)
    tensors, classes = targets(labels, options)
    kind, _, name = options.network.partition(":")
    network = torchvision_network(name) if kind == "torchvision" else onnx_network(options.network, options.node)
    rows = []
    for start in range(0, len(files), 64):
        images = np.stack([load(path, options.side, options.mean, options.deviation) for path in files[start : start + 64]])
        rows.append(network(images).reshape(len(images), -1).astype(np.float32))
        print(f"{start + len(images)} of {len(files)} images", file=sys.stderr)
    tensors["features"] = np.ascontiguousarray(np.concatenate(rows))
    metadata = {"engram.task": options.task, "engram.observer": options.observer}
    if classes:
        metadata["engram.classes"] = str(classes)
    save_file(tensors, options.output, metadata)
    print(f"{options.output}: {len(files)} rows of {tensors['features'].shape[1]} features")


if __name__ == "__main__":
    main()
