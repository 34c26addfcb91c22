// SPDX-License-Identifier: Apache-2.0

/// One choice on an axis of a recipe: a value with options, known by a name.
package protocol Choice: Sendable {
    /// The name that a recipe uses.
    static var name: String { get }
    /// One sentence for `engram recipe ls`, with the paper where there is one.
    static var summary: String { get }
    /// The choice with its defaults.
    init()
    /// Visits every option, in the order in which they are printed.
    mutating func configure(_ options: inout Options) throws(RecipeError)
}

extension Choice {
    package mutating func configure(_ options: inout Options) throws(RecipeError) {}
}

/// The choices of one axis: the one list to which a new method adds its line.
package struct Catalogue<Axis>: Sendable {
    /// What the catalogue knows of one choice.
    package struct Item: Sendable {
        package let name: String
        package let summary: String
        let make: @Sendable () -> Axis
    }

    package let items: [Item]

    init(_ items: [Item]) { self.items = items }

    package var names: [String] { items.map(\.name) }

    func make(_ name: String) -> Axis? { items.first { $0.name == name }?.make() }

    func name(of value: Axis) -> String {
        guard let choice = value as? any Choice else { return "" }
        return type(of: choice).name
    }

    func configure(_ value: inout Axis, _ options: inout Options) throws(RecipeError) {
        guard var choice = value as? any Choice else { return }
        try choice.configure(&options)
        if let back = choice as? Axis { value = back }
    }
}
