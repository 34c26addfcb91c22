// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import Foundation

/// Reads as much of JSON Schema (draft 2020-12) as `docs/status.schema.json` uses; a keyword that it does not know is a problem too.
struct SchemaCheck {
    private let root: JSONValue

    init(_ root: JSONValue) { self.root = root }

    /// What is wrong with a document, by place; `part` names a definition instead of the whole.
    func problems(_ value: JSONValue, as part: String? = nil) -> [String] {
        problems(value, part.map { .map(["$ref": .text("#/$defs/\($0)")]) } ?? root, "/")
    }

    private func problems(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        let rules = schema.entries ?? [:]
        return rules.keys.sorted().flatMap { problems(value, $0, rules[$0] ?? .null, rules, place) }
    }

    private func problems(
        _ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ rules: [String: JSONValue], _ place: String
    ) -> [String] {
        let path = place == "/" ? "" : place
        func unless(_ holds: Bool, _ what: String) -> [String] { holds ? [] : ["\(place): \(what)"] }
        switch keyword {
        case "$schema", "$id", "$defs", "title", "description": return []
        case "$ref":
            let name = rule.text?.split(separator: "/").last.map(String.init) ?? ""
            guard let target = root.entries?["$defs"]?.entries?[name] else { return ["\(place): \(name) leads nowhere"] }
            return problems(value, target, place)
        case "anyOf":
            let all = (rule.items ?? []).map { problems(value, $0, place) }
            return all.contains([]) ? [] : all.first ?? []
        case "type":
            let names = (rule.items ?? [rule]).compactMap(\.text)
            return unless(names.contains { value.isOf(type: $0) }, "not of type \(names.joined(separator: " or "))")
        case "const": return unless(value.text == rule.text, "not \(rule.text ?? "")")
        case "enum":
            return unless((rule.items ?? []).contains { $0.text == value.text }, "\(value.text ?? "") is not one of the words")
        case "pattern":
            guard let text = value.text, let pattern = rule.text else { return [] }
            return unless(text.range(of: pattern, options: .regularExpression) != nil, "\(text) looks wrong")
        case "minimum": return unless((value.number ?? .infinity) >= (rule.number ?? 0), "too small")
        case "maximum": return unless((value.number ?? -.infinity) <= (rule.number ?? 0), "too large")
        case "minItems": return unless((value.items?.count ?? .max) >= Int(rule.number ?? 0), "too few")
        case "maxItems": return unless((value.items?.count ?? 0) <= Int(rule.number ?? 0), "too many")
        case "items": return (value.items ?? []).enumerated().flatMap { problems($1, rule, "\(path)/\($0)") }
        case "required":
            guard let entries = value.entries else { return [] }
            return (rule.items ?? []).compactMap(\.text).filter { entries[$0] == nil }.map { "\(place): \($0) is missing" }
        case "properties", "additionalProperties", "propertyNames":
            guard let entries = value.entries else { return [] }
            return entries.keys.sorted().flatMap { name -> [String] in
                let inner = entries[name] ?? .null
                let own = rules["properties"]?.entries?[name]
                switch keyword {
                case "properties": return own.map { problems(inner, $0, "\(path)/\(name)") } ?? []
                case "propertyNames": return problems(.text(name), rule, "\(path)/\(name)")
                default:
                    if own != nil { return [] }
                    return rule.entries == nil
                        ? ["\(place): \(name) is not in the schema"] : problems(inner, rule, "\(path)/\(name)")
                }
            }
        default: return ["\(place): \(keyword) is not understood"]
        }
    }
}

extension JSONValue {
    fileprivate var entries: [String: JSONValue]? { if case .map(let entries) = self { entries } else { nil } }
    fileprivate var items: [JSONValue]? { if case .list(let items) = self { items } else { nil } }
    fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }
    fileprivate var number: Double? { if case .number(let number) = self { number } else { nil } }

    fileprivate func isOf(type name: String) -> Bool {
        switch (self, name) {
        case (.null, "null"), (.map, "object"), (.list, "array"), (.text, "string"), (.flag, "boolean"), (.number, "number"): true
        case (.number(let value), "integer"): value == value.rounded()
        default: false
        }
    }
}
