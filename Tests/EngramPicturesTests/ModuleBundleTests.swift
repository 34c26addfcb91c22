// SPDX-License-Identifier: Apache-2.0
import EngramPictures
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ModuleBundleTests {
    private func file(_ name: String, _ text: String) -> PictureFile { PictureFile(name: name, bytes: Array(text.utf8)) }

    @Test("imports come first, once, and only what is exported leaves a module")
    func order() throws {
        let files = [
            file("a.js", "import { b } from \"./b.js\";\nimport { c, d } from \"./c.js\";\nb(c, d);\n"),
            file("b.js", "import { c } from \"./c.js\";\nconst own = 1;\nexport function b() { return own + c; }\n"),
            file("c.js", "export const c = 1;\nexport class d {}\n"),
        ]
        let script = try ModuleBundle.script(from: "a.js", in: files)
        #expect(
            script == """
                const c_js = (() => {
                const c = 1;
                class d {}
                return { c, d };
                })();
                const b_js = (() => {
                const { c } = c_js;
                const own = 1;
                function b() { return own + c; }
                return { b };
                })();
                const a_js = (() => {
                const { b } = b_js;
                const { c, d } = c_js;
                b(c, d);
                return {  };
                })();

                """)
    }

    @Test("what cannot be put together is said")
    func refusals() {
        #expect(throws: PictureError.noSuchModule("b.js", importer: "a.js")) {
            try ModuleBundle.script(from: "a.js", in: [file("a.js", "import { b } from \"./b.js\";\n")])
        }
        #expect(throws: PictureError.circle("a.js")) {
            try ModuleBundle.script(
                from: "a.js",
                in: [file("a.js", "import { b } from \"./b.js\";\n"), file("b.js", "import { a } from \"./a.js\";\n")])
        }
        for line in [
            "import b from \"./b.js\";", "import { b as c } from \"./b.js\";", "import { b } from \"https://example.org/b.js\";",
            "export default 1;", "export { b };",
        ] {
            #expect(throws: PictureError.notUnderstood(line, file: "a.js")) {
                try ModuleBundle.script(from: "a.js", in: [file("a.js", line + "\n")])
            }
        }
    }

    @Test("every file of the folder is embedded, as it lies there")
    func completeness() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/EngramPictures/Modules")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }.sorted()
        let files = PictureFile.modules + [.styleSheet]
        #expect(files.map(\.name).sorted() == names)
        for file in files { #expect(try Data(contentsOf: folder.appending(path: file.name)) == Data(file.bytes), "\(file.name)") }
    }

    @Test("modules take no way by which text could become markup or code, and load nothing")
    func caution() {
        for file in PictureFile.modules {
            // Types in comments are named by their modules: `import("./model.js")`.
            let code = file.text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("/**") }.joined(separator: "\n")
            for word in [
                "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser", "srcdoc",
                "fetch(", "XMLHttpRequest", "setAttribute(\"style", "setAttribute(\"on", "import(",
            ] {
                #expect(!code.contains(word), "\(file.name) contains \(word)")
            }
            // "http://www.w3.org/2000/svg" names a language, it is not fetched.
            #expect(!file.text.replacing("http://www.w3.org/2000/svg", with: "").contains("://"), "\(file.name)")
        }
        #expect(!PictureFile.styleSheet.text.contains("url(") && !PictureFile.styleSheet.text.contains("@import"))
    }

    @Test("the whole is light enough for a slow line")
    func weight() throws {
        let script = try ModuleBundle.script(from: PictureFile.reportModule, in: PictureFile.modules)
        #expect(script.utf8.count + PictureFile.styleSheet.bytes.count < 150_000)
        // Nothing that the page holds ends its elements early.
        #expect(!script.lowercased().contains("</script") && !PictureFile.styleSheet.text.lowercased().contains("</style"))
    }
}
