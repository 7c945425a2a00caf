// Only in builds with ThreadSanitizer. Swift's Mutex is taken and left inline as long as nobody waits for it, and in
// a library that is not instrumented when somebody does: two accesses that a contended Mutex keeps apart would be
// reported as a race. These take the place of the library's functions, call them, and tell the sanitizer.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

void __tsan_acquire(void *);
void __tsan_release(void *);

// _MutexHandle._lockSlow(UInt32), ._tryLockSlow() -> Bool, ._unlockSlow() of the module Synchronization.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void podo_lock_slow(uint32_t thread, SELF mutex) __asm__(LOCK);
SWIFT bool podo_try_lock_slow(SELF mutex) __asm__(TRY_LOCK);
SWIFT void podo_unlock_slow(SELF mutex) __asm__(UNLOCK);

SWIFT void podo_lock_slow(uint32_t thread, SELF mutex) {
    SWIFT void (*lock)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK);
    lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT bool podo_try_lock_slow(SELF mutex) {
    SWIFT bool (*try_lock)(SELF) = dlsym(RTLD_NEXT, TRY_LOCK);
    bool is_taken = try_lock(mutex);
    if (is_taken) __tsan_acquire(mutex);
    return is_taken;
}

SWIFT void podo_unlock_slow(SELF mutex) {
    SWIFT void (*unlock)(SELF) = dlsym(RTLD_NEXT, UNLOCK);
    __tsan_release(mutex);
    unlock(mutex);
}
#endif
#endif
