/* SPDX-License-Identifier: MIT */
#include "query/target.h"

struct target *target_ref(struct target *target)
{
    if (target != NULL)
        atomic_fetch_add_explicit(&target->references, 1, memory_order_relaxed);
    return target;
}

void target_unref(struct target *target)
{
    if (target != NULL &&
        atomic_fetch_sub_explicit(&target->references, 1, memory_order_acq_rel) == 1)
        target->destroy(target);
}
