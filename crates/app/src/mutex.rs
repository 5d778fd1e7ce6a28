//! Taking what a mutex guards.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the mutex guards, whatever became of who held it: here it is always a copy of what is kept
/// elsewhere, or whole at every moment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
