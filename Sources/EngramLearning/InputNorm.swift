// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The weight and bias of each input feature (`Normalisation.input`), and the memory that their gradient needs.
///
/// They are the first 2 · width values of the network's. Confined to the pass that owns it.
@safe final class InputNorm {
    private let width: Int
    private let raw: UnsafeMutablePointer<Float>

    init(width: Int, batch: Int) {
        self.width = width
        unsafe raw = UnsafeMutablePointer<Float>.allocate(capacity: width * batch)
    }

    deinit { unsafe raw.deallocate() }

    /// Where the inputs are put, [batch, width].
    @unsafe var inputs: UnsafeMutablePointer<Float> { unsafe raw }

    @unsafe func forward(_ values: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<Float>) {
        unsafe ek_affine(count, width, raw, values, values + width, 0, output)
    }

    /// From the first layer's gradient as if it had read the raw inputs to its own and to that of our weight and bias, all in
    /// `gradient`. The layer's product does the sums over rows, so none but `outputs` · `width` operations are added.
    @unsafe func backward(
        _ values: UnsafePointer<Float>, weight: Int, bias: Int, outputs: Int, gradient: UnsafeMutablePointer<Float>
    ) {
        unsafe ek_affine_back(
            outputs, width, values + weight, values, values + width, gradient + bias, gradient + weight, gradient,
            gradient + width)
    }

    /// Adds what a term on the normalised inputs themselves has for our weight and bias.
    @unsafe func add(_ flow: [Float], count: Int, to gradient: UnsafeMutablePointer<Float>) {
        var sums = [Float](repeating: 0, count: 2 * width)
        unsafe sums.withUnsafeMutableBufferPointer {
            guard let base = $0.baseAddress else { return }
            unsafe ek_column_dots(count, width, flow, raw, base)
            unsafe ek_column_sums(count, width, flow, base + width)
            unsafe ek_axpy($0.count, 1, base, gradient)
        }
    }

    /// Turns the gradient of what the first layer reads into that of the inputs.
    @unsafe func passOn(_ flow: UnsafeMutablePointer<Float>, _ values: UnsafePointer<Float>, count: Int) {
        unsafe ek_scale_columns(count, width, values, flow)
    }
}
