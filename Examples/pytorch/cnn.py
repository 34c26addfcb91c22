# SPDX-License-Identifier: Apache-2.0
"""A small convolutional network on 28x28 images, trained by PyTorch (docs/own-trainers.md).

With sharing 'base' everything but the last layer travels (FedPer); with sharing 'all' everything does.

    engram local --data F --recipe constellation --set sharing=base --trainer 'python3 Examples/pytorch/cnn.py'
"""
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
from engram_trainer import Trainer, serve


class Net(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5)
        self.conv2 = nn.Conv2d(8, 16, 5)
        self.fc = nn.Linear(16 * 4 * 4, 64)
        self.head = nn.Linear(64, outputs)

    def forward(self, images):
        x = torch.max_pool2d(torch.relu(self.conv1(images)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.head(torch.relu(self.fc(x.flatten(1))))


class CNN(Trainer):
    name = "pytorch cnn"
    can = ("pull", "freeze")
    head = ("head.*",)

    def start(self, features, labels, outputs, task):
        if task != "classes" or features.shape[1] != 784:
            raise ValueError(f"this network classifies images of 784 pixels; the task is {task}, with {features.shape[1]} features")
        self.images = torch.from_numpy(features).reshape(-1, 1, 28, 28)
        self.labels = torch.from_numpy(labels)
        self.net = Net(outputs)

    def load(self, model):
        self.net.load_state_dict({name: torch.from_numpy(values) for name, values in model.items()})

    def initial(self, seed):
        torch.manual_seed(seed)
        return {name: values.numpy() for name, values in Net(self.net.head.out_features).state_dict().items()}

    def outputs(self, model, rows):
        self.load(model)
        with torch.no_grad():
            return torch.cat([self.net(self.images[part]) for part in torch.from_numpy(rows).split(256)]).numpy()

    def train(self, model, rows, lesson):
        self.load(model)
        torch.manual_seed(lesson.seed)
        parameters = {name: p for name, p in self.net.named_parameters() if name not in lesson.frozen}
        anchor = {name: torch.from_numpy(lesson.anchor[name]) for name in parameters} if lesson.anchor else {}
        descent = torch.optim.SGD(
            parameters.values(), lr=lesson.rate, momentum=lesson.momentum, weight_decay=lesson.weight_decay)
        rows, total, seen = torch.from_numpy(rows), 0.0, 0
        for _ in range(lesson.epochs):
            for batch in rows[torch.randperm(len(rows))].split(lesson.batch):
                loss = nn.functional.cross_entropy(self.net(self.images[batch]), self.labels[batch])
                pull = sum(((parameters[name] - at) ** 2).sum() for name, at in anchor.items())
                self.net.zero_grad()
                (loss + lesson.pull / 2 * pull).backward()
                descent.step()
                total += loss.item() * len(batch)
                seen += len(batch)
        return {name: values.numpy() for name, values in self.net.state_dict().items()}, total / max(1, seen)


# One thread for each of several agents on one machine; and the same seed gives the same bytes.
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
serve(CNN())
