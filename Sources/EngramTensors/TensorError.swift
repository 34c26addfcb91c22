// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with tensors, layouts and the files that carry them.
package enum TensorError: Error, Equatable, CustomStringConvertible {
    /// A tensor's shape is negative, too large, or its name is empty or taken.
    case badLayout(String)
    /// The number of values does not fit the layout.
    case wrongCount(expected: Int, found: Int)
    /// A tensor that was asked for is not there.
    case missing(String)
    /// A tensor is there, but with another shape.
    case wrongShape(name: String, expected: [Int], found: [Int])
    /// A tensor is there, but its element type cannot be used here.
    case wrongType(name: String, expected: String, found: String)
    /// A tensor is there that nobody asked for.
    case unexpected(String)
    /// The file breaks its own format.
    case malformed(format: String, reason: String)

    package var description: String {
        switch self {
        case .badLayout(let reason): "the tensor layout is not usable: \(reason)"
        case .wrongCount(let expected, let found):
            "expected \(expected) values, found \(found): the parameters belong to another model"
        case .missing(let name): "tensor “\(name)” is missing: write it into the file, or check its spelling"
        case .wrongShape(let name, let expected, let found):
            "tensor “\(name)” has shape \(found), expected \(expected): the file belongs to another model or data set"
        case .wrongType(let name, let expected, let found):
            "tensor “\(name)” has element type \(found), expected \(expected): convert it before writing"
        case .unexpected(let name): "tensor “\(name)” does not belong here: the file belongs to another model"
        case .malformed(let format, let reason): "not a valid \(format) file: \(reason); write it again from its source"
        }
    }
}
