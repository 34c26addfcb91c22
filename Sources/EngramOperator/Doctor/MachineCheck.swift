// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation

/// What this machine brings: matrix product, memory, descriptors.
enum MachineCheck {
    /// Sessions of one daemon need a descriptor each (docs/protocol.md, `maxConnections`), and a few for files.
    static let fewDescriptors = 4096

    static func findings() -> [Finding] { [blas(Kernels.backend, billions: speed()), memory(), descriptors(limit())] }

    /// `billions` of floating-point operations a second in a product of two matrices.
    static func blas(_ backend: String, billions: Double) -> Finding {
        let found = String(format: "%@, %.0f GFLOP/s on one core", backend, billions)
        guard backend.hasPrefix("OpenBLAS") else {
            return .warning(
                "matrix product", found,
                "training is several times faster with OpenBLAS: apt-get install libopenblas0-pthread, or the package of your system"
            )
        }
        return .fine("matrix product", found)
    }

    static func descriptors(_ count: Int) -> Finding {
        guard count < fewDescriptors else { return .fine("open files", "\(count) allowed") }
        return .warning(
            "open files", "\(count) allowed, one connection takes one",
            "for more agents than that on a coordinator: ulimit -n 65536, or LimitNOFILE in its unit")
    }

    private static func memory() -> Finding {
        .fine(
            "memory",
            Words.bytes(Int(clamping: ProcessInfo.processInfo.physicalMemory)) + ", "
                + Words.count(ProcessInfo.processInfo.activeProcessorCount, "core"))
    }

    private static func limit() -> Int {
        var limits = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 0 }
        return Int(clamping: limits.rlim_cur)
    }

    /// The best of several products: the machine may be busy.
    private static func speed() -> Double {
        let size = 384
        let matrix = (0..<size * size).map { Float($0 % 7) - 3 }
        var best = Double.infinity
        for _ in 0..<8 {
            let start = ContinuousClock.now
            _ = Kernels.gemm(matrix, matrix, rows: size, inner: size, columns: size)
            best = min(best, (ContinuousClock.now - start) / .seconds(1))
        }
        return 2 * Double(size * size * size) / best / 1e9
    }
}
