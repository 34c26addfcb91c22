// SPDX-License-Identifier: Apache-2.0
import EngramOperator

@main
struct Engram {
    static func main() async {
        await EngramTool.start()
    }
}
