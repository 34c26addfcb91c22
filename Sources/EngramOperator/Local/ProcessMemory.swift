// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The greatest resident memory of another process, as Linux keeps it.
package enum ProcessMemory {
    /// Bytes; 0 when the process is gone or the system does not say.
    package static func peak(of process: Int32) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
        return peak(inStatus: text)
    }

    /// Reads the line `VmHWM:    1234 kB`.
    static func peak(inStatus text: String) -> Int {
        for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count == 3, fields[2] == "kB", let kilobytes = Int(fields[1]), (0..<1 << 40).contains(kilobytes) else {
                return 0
            }
            return kilobytes * 1024
        }
        return 0
    }
}
