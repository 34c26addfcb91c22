// SPDX-License-Identifier: Apache-2.0

/// A file that pages are made of: a JavaScript module or a style sheet, as it lies in `Modules`.
package struct PictureFile: Sendable {
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// What a server says of it.
    package var mediaType: String { name.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8" }

    package static let styleSheet = PictureFile(name: "pictures.css", bytes: PackageResources.pictures_css)

    /// The page of `engram report html` begins here; nobody else needs it.
    package static let reportModule = "report.js"

    /// All modules, by name. They import each other as `./NAME`, so a server offers them side by side.
    package static let modules: [PictureFile] = [
        .init(name: "agents.js", bytes: PackageResources.agents_js),
        .init(name: "axes.js", bytes: PackageResources.axes_js),
        .init(name: "columns.js", bytes: PackageResources.columns_js),
        .init(name: "cost.js", bytes: PackageResources.cost_js),
        .init(name: "cursor.js", bytes: PackageResources.cursor_js),
        .init(name: "curves.js", bytes: PackageResources.curves_js),
        .init(name: "differences.js", bytes: PackageResources.differences_js),
        .init(name: "element.js", bytes: PackageResources.element_js),
        .init(name: "figure.js", bytes: PackageResources.figure_js),
        .init(name: "format.js", bytes: PackageResources.format_js),
        .init(name: "glyph.js", bytes: PackageResources.glyph_js),
        .init(name: "history.js", bytes: PackageResources.history_js),
        .init(name: "learning.js", bytes: PackageResources.learning_js),
        .init(name: "lineage.js", bytes: PackageResources.lineage_js),
        .init(name: "map.js", bytes: PackageResources.map_js),
        .init(name: "members.js", bytes: PackageResources.members_js),
        .init(name: "model.js", bytes: PackageResources.model_js),
        .init(name: "overview.js", bytes: PackageResources.overview_js),
        .init(name: "recipe.js", bytes: PackageResources.recipe_js),
        .init(name: "report.js", bytes: PackageResources.report_js),
        .init(name: "river.js", bytes: PackageResources.river_js),
        .init(name: "roving.js", bytes: PackageResources.roving_js),
        .init(name: "scale.js", bytes: PackageResources.scale_js),
        .init(name: "scales.js", bytes: PackageResources.scales_js),
        .init(name: "spread.js", bytes: PackageResources.spread_js),
        .init(name: "stages.js", bytes: PackageResources.stages_js),
        .init(name: "strip.js", bytes: PackageResources.strip_js),
        .init(name: "summary.js", bytes: PackageResources.summary_js),
        .init(name: "table.js", bytes: PackageResources.table_js),
    ]
}
