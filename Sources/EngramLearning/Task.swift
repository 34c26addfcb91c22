// SPDX-License-Identifier: Apache-2.0

/// What a model predicts, and so its loss and its metric.
package enum Task: String, Codable, Sendable, CaseIterable {
    /// One of several classes: softmax cross-entropy, accuracy.
    case classes
    /// A number per row, such as a rating or a memorability: half the squared error, Spearman's rho.
    case scores
    /// Remembered (1) or not (0): logistic loss, area under the ROC curve.
    case remembered

    package var metricName: String {
        switch self {
        case .classes: "accuracy"
        case .scores: "spearman"
        case .remembered: "auc"
        }
    }
}
