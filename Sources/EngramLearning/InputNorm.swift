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

    /// Weight and bias gradients into the first values of `gradient`; `flow` is the gradient of what the first layer reads.
    @unsafe func backward(_ flow: UnsafePointer<Float>, count: Int, into gradient: UnsafeMutablePointer<Float>) {
        unsafe ek_column_dots(count, width, flow, raw, gradient)
        unsafe ek_column_sums(count, width, flow, gradient + width)
    }

    /// Turns the gradient of what the first layer reads into that of the inputs.
    @unsafe func passOn(_ flow: UnsafeMutablePointer<Float>, _ values: UnsafePointer<Float>, count: Int) {
        unsafe ek_scale_columns(count, width, values, flow)
    }
}
