// SPDX-License-Identifier: Apache-2.0

/// Any JSON value, kept as it is: a recipe inside a report.
package indirect enum JSONValue: Codable, Equatable, Sendable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case map([String: JSONValue])

    package init(_ tree: Tree) {
        self =
            switch tree {
            case .null: .null
            case .flag(let value): .flag(value)
            case .integer(let value): .number(Double(value))
            case .number(let value): .number(value)
            case .text(let value): .text(value)
            case .list(let values): .list(values.map(JSONValue.init))
            case .map(let entries): .map(Dictionary(entries.map { ($0.key, JSONValue($0.value)) }) { first, _ in first })
            }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .list(values)
        } else {
            self = .map(try container.decode([String: JSONValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .map(let values): try container.encode(values)
        }
    }
}
