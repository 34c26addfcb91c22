// SPDX-License-Identifier: Apache-2.0

/// The name and shape of one tensor.
package struct TensorSpec: Hashable, Codable, Sendable {
    package let name: String
    package let shape: [Int]
    /// The product of the shape (1 for a scalar); -1 when a size is negative or the product overflows, which no layout accepts.
    package let count: Int

    package init(name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
        count = Self.product(shape) ?? -1
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(name: try container.decode(String.self, forKey: .name), shape: try container.decode([Int].self, forKey: .shape))
        if count < 0 {
            throw DecodingError.dataCorruptedError(forKey: .shape, in: container, debugDescription: "the shape is not usable")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(shape, forKey: .shape)
    }

    /// The number of elements of a shape, or nil when a size is negative or the product overflows.
    package static func product(_ shape: [Int]) -> Int? {
        var product = 1
        for size in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            if size < 0 || overflow { return nil }
            product = next
        }
        return product
    }

    private enum CodingKeys: String, CodingKey { case name, shape }
}
