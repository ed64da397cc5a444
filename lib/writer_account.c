/* SPDX-License-Identifier: MIT */
#include "writer_account.h"

#include "base/memory.h"

#include <string.h>

int account_reserve(struct account *account, size_t further)
{
    size_t wanted, capacity = account->capacity != 0 ? account->capacity : 4;
    size_t bytes;
    void *ranges;

    if (size_add(account->count, further, &wanted) != 0)
        return -1;
    if (wanted <= account->capacity)
        return 0;
    while (capacity < wanted) {
        if (size_multiply(capacity, 2, &capacity) != 0)
            return -1;
    }
    if (size_multiply(capacity, sizeof *account->ranges, &bytes) != 0)
        return -1;
    ranges = memory_grow(account->ranges, bytes);
    if (ranges == NULL)
        return -1;
    account->ranges = ranges;
    account->capacity = capacity;
    return 0;
}

/* Rows of one fate and one error, one behind the other. */
static int are_one(const supa_writer_range *a, const supa_writer_range *b)
{
    return a->first + a->count == b->first && a->fate == b->fate &&
           memcmp(&a->error, &b->error, sizeof a->error) == 0;
}

static void remove_at(struct account *account, size_t i)
{
    memmove(
        &account->ranges[i], &account->ranges[i + 1],
        (--account->count - i) * sizeof *account->ranges);
}

/* Joins range @i to the one before it, where the two are one. */
static void join(struct account *account, size_t i)
{
    supa_writer_range *ranges = account->ranges;

    if (i == 0 || i >= account->count || !are_one(&ranges[i - 1], &ranges[i]))
        return;
    ranges[i - 1].count += ranges[i].count;
    remove_at(account, i);
}

void account_note(struct account *account, const supa_writer_range *range)
{
    supa_writer_range *ranges = account->ranges;
    size_t i = account->count;

    while (i > 0 && ranges[i - 1].first > range->first)
        i--;
    memmove(&ranges[i + 1], &ranges[i], (account->count++ - i) * sizeof *ranges);
    ranges[i] = *range;
    join(account, i + 1);
    join(account, i);
}

void account_report(struct account *account, supa_writer_report *report)
{
    int64_t *const sums[] = {&report->written, &report->refused, &report->unknown, &report->unsent};

    for (size_t i = 0; i < account->count; i++) {
        const supa_writer_range *range = &account->ranges[i];

        *sums[range->fate] += range->count;
        report->rows += range->count;
    }
    report->ranges = account->ranges;
    report->range_count = account->count;
    *account = (struct account){NULL, 0, 0};
}

void account_free(struct account *account)
{
    memory_free(account->ranges);
    *account = (struct account){NULL, 0, 0};
}
