/* SPDX-License-Identifier: MIT */
/* Makes each atomic operation a point where another thread may go on: included before a file of lib/ by the
 * compiler's -include. */
#ifndef SWEEP_POINTS_H
#define SWEEP_POINTS_H

#include <stdatomic.h>

extern void schedule_point(void);

#undef atomic_load
#undef atomic_store
#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_fetch_add
#undef atomic_fetch_sub
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub_explicit
#undef atomic_exchange
#undef atomic_exchange_explicit
#undef atomic_compare_exchange_strong
#undef atomic_compare_exchange_weak
#undef atomic_compare_exchange_strong_explicit
#undef atomic_compare_exchange_weak_explicit

#define atomic_load(at)          (schedule_point(), __atomic_load_n(at, __ATOMIC_SEQ_CST))
#define atomic_store(at, value)  (schedule_point(), __atomic_store_n(at, value, __ATOMIC_SEQ_CST))
#define atomic_fetch_add(at, by) (schedule_point(), __atomic_fetch_add(at, by, __ATOMIC_SEQ_CST))
#define atomic_fetch_sub(at, by) (schedule_point(), __atomic_fetch_sub(at, by, __ATOMIC_SEQ_CST))
#define atomic_exchange(at, value)                                                                 \
    (schedule_point(), __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST))
#define atomic_compare_exchange_strong(at, expected, value)                                        \
    (schedule_point(),                                                                             \
     __atomic_compare_exchange_n(at, expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))

#define atomic_load_explicit(at, order)              atomic_load(at)
#define atomic_store_explicit(at, value, order)      atomic_store(at, value)
#define atomic_fetch_add_explicit(at, by, order)     atomic_fetch_add(at, by)
#define atomic_fetch_sub_explicit(at, by, order)     atomic_fetch_sub(at, by)
#define atomic_exchange_explicit(at, value, order)   atomic_exchange(at, value)
#define atomic_compare_exchange_weak(at, old, value) atomic_compare_exchange_strong(at, old, value)
#define atomic_compare_exchange_strong_explicit(at, old, value, order, other)                      \
    atomic_compare_exchange_strong(at, old, value)
#define atomic_compare_exchange_weak_explicit(at, old, value, order, other)                        \
    atomic_compare_exchange_strong(at, old, value)

#endif
