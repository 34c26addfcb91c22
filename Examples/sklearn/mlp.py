# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's multilayer perceptron, for classes, scores and remembered-or-not (docs/own-trainers.md).

    engram local --data F --trainer 'python3 Examples/sklearn/mlp.py 32'

The argument is the number of hidden units.
"""
import pathlib
import sys

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
from engram_trainer import Trainer, serve


class Perceptron(Trainer):
    name = "scikit-learn mlp"
    head = ("head.*",)

    def __init__(self, hidden):
        self.hidden = hidden

    def start(self, features, labels, outputs, task):
        super().start(features, labels, outputs, task)
        # Without shuffling of its own: the rows come shuffled by the lesson's seed.
        settings = dict(hidden_layer_sizes=(self.hidden,), solver="sgd", nesterovs_momentum=False, shuffle=False, max_iter=1)
        self.net = MLPRegressor(**settings) if task == "scores" else MLPClassifier(**settings)
        self.classes = {} if task == "scores" else {"classes": np.arange(max(2, outputs))}
        # Its arrays are made by the first call; their values do not matter.
        self.net.partial_fit(features[:1], labels[:1], **self.classes)

    def arrays(self):
        return dict(zip(["hidden.weight", "head.weight", "hidden.bias", "head.bias"], self.net.coefs_ + self.net.intercepts_))

    def load(self, model):
        for name, values in self.arrays().items():
            values[...] = model[name]

    def initial(self, seed):
        draw = np.random.default_rng(seed)
        return {
            name: draw.normal(0, np.sqrt(2 / values.shape[0]), values.shape) if values.ndim == 2 else np.zeros(values.shape)
            for name, values in self.arrays().items()
        }

    def outputs(self, model, rows):
        hidden = np.maximum(self.features[rows] @ model["hidden.weight"] + model["hidden.bias"], 0)
        made = hidden @ model["head.weight"] + model["head.bias"]
        # scikit-learn tells two classes by one number: the second one's logit, the first one's being 0.
        return np.hstack([np.zeros_like(made), made]) if self.output_count == 2 else made

    def train(self, model, rows, lesson):
        self.load(model)
        # It keeps its momentum between calls; every pass of ours begins without.
        if hasattr(self.net, "_optimizer"):
            del self.net._optimizer
        # Its penalty is divided by the size of the batch.
        self.net.set_params(
            learning_rate_init=lesson.rate, momentum=lesson.momentum, batch_size=min(lesson.batch, len(rows)),
            alpha=lesson.weight_decay * min(lesson.batch, len(rows)))
        draw = np.random.default_rng(lesson.seed)
        for _ in range(lesson.epochs):
            order = draw.permutation(rows)
            self.net.partial_fit(self.features[order], self.labels[order], **self.classes)
        return self.arrays(), self.net.loss_


serve(Perceptron(int(sys.argv[1]) if len(sys.argv) > 1 else 32))
