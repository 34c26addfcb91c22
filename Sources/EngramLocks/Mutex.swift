// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A value that one thread at a time may reach.
///
/// Same shape as `Synchronization.Mutex`, which on Linux is a futex of its own that the thread sanitizer does not understand: every use
/// of it is reported as a race. This one is a POSIX mutex, so that `make check` can tell real races.
@safe
package struct Mutex<Value>: ~Copyable, @unchecked Sendable {
    // Unchecked: `value` is only reached between lock and unlock.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    package init(_ value: consuming sending Value) {
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe self.value = .allocate(capacity: 1)
        unsafe self.value.initialize(to: value)
    }

    deinit {
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
        unsafe value.deinitialize(count: 1)
        unsafe value.deallocate()
    }

    /// Runs `body` alone with the value. Not recursive; `body` should be a few lines that wait for nothing.
    package borrowing func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return try unsafe body(&value.pointee)
    }
}
