// SPDX-License-Identifier: Apache-2.0

/// Prometheus' text format 0.0.4, read strictly: every family has HELP, then TYPE, then its samples, each once.
struct MetricsPage {
    struct Malformed: Error { let line: String }

    struct Family {
        var help: String
        var kind = ""
    }

    struct Series: Hashable {
        let name: String
        let labels: [String: String]
    }

    private(set) var families: [String: Family] = [:]
    private(set) var samples: [Series: Double] = [:]

    subscript(name: String, labels: [String: String] = [:]) -> Double? { samples[Series(name: name, labels: labels)] }

    init(parsing text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Malformed(line: "the last line has no end") }
        var open: String?
        for line in text.split(separator: "\n") {
            if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/) {
                let name = String(match.1)
                guard families[name] == nil else { throw Malformed(line: "\(line)") }
                families[name] = Family(help: String(match.2))
                open = name
            } else if let match = line.wholeMatch(
                of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)/)
            {
                guard open == String(match.1), families[String(match.1)]?.kind == "" else { throw Malformed(line: "\(line)") }
                families[String(match.1)]?.kind = String(match.2)
            } else {
                try read(line, of: open)
            }
        }
        guard families.values.allSatisfy({ !$0.kind.isEmpty }) else { throw Malformed(line: "a family has no TYPE") }
    }

    private mutating func read(_ line: Substring, of family: String?) throws {
        guard let match = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/), String(match.1) == family,
            families[String(match.1)]?.kind.isEmpty == false, let value = Self.number(match.3)
        else { throw Malformed(line: "\(line)") }
        let series = Series(name: String(match.1), labels: try Self.labels(match.2 ?? ""))
        guard samples[series] == nil else { throw Malformed(line: "twice: \(line)") }
        samples[series] = value
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.first == "+" ? nil : Double(text)
        }
    }

    private static func labels(_ text: Substring) throws -> [String: String] {
        var labels: [String: String] = [:]
        var rest = text
        while !rest.isEmpty {
            guard let match = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\\\|\\"|\\n)*)"/) else {
                throw Malformed(line: "\(text)")
            }
            var value = ""
            var isEscaped = false
            for character in match.2 {
                if isEscaped {
                    value.append(character == "n" ? "\n" : character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else {
                    value.append(character)
                }
            }
            guard labels.updateValue(value, forKey: String(match.1)) == nil else { throw Malformed(line: "\(text)") }
            rest = rest[match.range.upperBound...]
            if rest.first == "," { rest = rest.dropFirst() } else if !rest.isEmpty { throw Malformed(line: "\(text)") }
        }
        return labels
    }
}
