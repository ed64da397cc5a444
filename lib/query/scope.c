/* SPDX-License-Identifier: MIT */
#include "query/scope.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum stranger_state { STRANGER_NONE, STRANGER_COMES, STRANGER_KNOWN };

static int is_pattern(const char *name)
{
    return strchr(name, '*') != NULL;
}

/* Plain names by strcmp, patterns behind them, the longest first. */
static int order(const char *a, const char *b)
{
    const size_t m = strlen(a), n = strlen(b);

    if (is_pattern(a) != is_pattern(b))
        return is_pattern(a) ? 1 : -1;
    if (is_pattern(a) && m != n)
        return m < n ? 1 : -1;
    return strcmp(a, b);
}

int scope_order(const void *a, const void *b)
{
    return order(((const struct scope_listed *)a)->name, ((const struct scope_listed *)b)->name);
}

static void
set_entry(struct scope_entry *entry, struct scope_counts *counts, const struct scope_listed *listed)
{
    entry->name = listed->name;
    entry->owner = listed->owner;
    entry->has_store_id = listed->has_store_id;
    atomic_init(&entry->mode, SUPA_SCOPE_INHERIT);
    entry->counts = counts;
    for (size_t i = 0; i < MISTAKES; i++) {
        atomic_init(&counts->refused[i], 0);
        atomic_init(&counts->passed[i], 0);
    }
}

static void set_strangers(struct scope_names *names)
{
    for (size_t i = 0; i < SCOPE_STRANGERS; i++) {
        atomic_init(&names->strangers[i].state, STRANGER_NONE);
        atomic_init(&names->strangers[i].refused, 0);
        atomic_init(&names->strangers[i].passed, 0);
    }
}

/* Sorted copies of what is listed, their texts included. NULL when memory is gone. */
static struct scope_listed *copy_list(struct arena *arena, const struct scope_list *list)
{
    struct scope_listed *copy = arena_get(arena, (list->count + 1) * sizeof *copy);

    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < list->count; i++) {
        copy[i] = list->entries[i];
        copy[i].name = arena_text(arena, copy[i].name, strlen(copy[i].name));
        if (copy[i].name == NULL)
            return NULL;
    }
    qsort(copy, list->count, sizeof *copy, scope_order);
    copy[list->count] = (struct scope_listed){NULL, 0, 0};
    return copy;
}

static int fill(struct scope_names *names, struct arena *arena, const struct scope_list *list)
{
    struct scope_listed *listed = copy_list(arena, list);
    struct scope_counts *counts = arena_get(arena, (list->count + 1) * sizeof *counts);

    names->entries = arena_get(arena, (list->count + 1) * sizeof *names->entries);
    if (listed == NULL || counts == NULL || names->entries == NULL)
        return -1;
    names->count = list->count;
    names->plain = 0;
    for (size_t i = 0; i <= list->count; i++) {
        set_entry(&names->entries[i], &counts[i], &listed[i]);
        names->plain += i < list->count && !is_pattern(listed[i].name);
    }
    set_strangers(names);
    return 0;
}

struct scope *
scope_new(const char *origin, const struct scope_list *tables, const struct scope_list *functions)
{
    struct scope *scope = memory_zero(sizeof *scope);

    if (scope == NULL)
        return NULL;
    atomic_init(&scope->references, 1);
    atomic_init(&scope->mode, SUPA_SCOPE_ENFORCE);
    scope->origin = origin;
    arena_init(&scope->arena, 4096);
    if (fill(&scope->tables, &scope->arena, tables) == 0 &&
        fill(&scope->functions, &scope->arena, functions) == 0) {
        atomic_init(&scope->functions.entries[functions->count].mode, SUPA_SCOPE_OFF);
        return scope;
    }
    scope_unref(scope);
    return NULL;
}

struct scope *scope_ref(struct scope *scope)
{
    if (scope != NULL)
        atomic_fetch_add_explicit(&scope->references, 1, memory_order_relaxed);
    return scope;
}

void scope_unref(struct scope *scope)
{
    if (scope == NULL ||
        atomic_fetch_sub_explicit(&scope->references, 1, memory_order_acq_rel) != 1)
        return;
    arena_free(&scope->arena);
    memory_free(scope);
}

static int compare(const char *name, const char *text, size_t length)
{
    int first = strncmp(name, text, length);

    return first != 0 ? first : name[length] != '\0';
}

static int matches(const char *pattern, const char *text, size_t length)
{
    const size_t before = strcspn(pattern, "*"), after = strlen(pattern) - before - 1;

    return length >= before + after && memcmp(text, pattern, before) == 0 &&
           memcmp(text + length - after, pattern + before + 1, after) == 0;
}

struct scope_entry *scope_find(struct scope_names *names, const char *name, size_t length)
{
    size_t low = 0, high = names->plain;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int first = compare(names->entries[middle].name, name, length);

        if (first == 0)
            return &names->entries[middle];
        if (first < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = names->plain; i < names->count; i++) {
        if (matches(names->entries[i].name, name, length))
            return &names->entries[i];
    }
    return &names->entries[names->count];
}

supa_scope_mode scope_mode_of(const struct scope *scope, const struct scope_entry *entry)
{
    const unsigned char own = atomic_load_explicit(&entry->mode, memory_order_relaxed);

    if (own != SUPA_SCOPE_INHERIT)
        return (supa_scope_mode)own;
    return (supa_scope_mode)atomic_load_explicit(&scope->mode, memory_order_relaxed);
}

static void add(atomic_uint_least64_t *count)
{
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

static int is_plain(const char *name, size_t length)
{
    if (name == NULL || length == 0 || length >= sizeof((struct scope_stranger *)0)->name)
        return 0;
    for (size_t i = 0; i < length; i++) {
        const char c = text_lower(name[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$'))
            return 0;
    }
    return 1;
}

const char *scope_stranger_name(const struct scope_stranger *stranger)
{
    return atomic_load_explicit(&stranger->state, memory_order_acquire) == STRANGER_KNOWN
               ? stranger->name
               : NULL;
}

static int moves_in(struct scope_stranger *stranger, const char *name, size_t length)
{
    int state = STRANGER_NONE;

    if (!atomic_compare_exchange_strong(&stranger->state, &state, STRANGER_COMES))
        return 0;
    memcpy(stranger->name, name, length);
    stranger->name[length] = '\0';
    atomic_store_explicit(&stranger->state, STRANGER_KNOWN, memory_order_release);
    return 1;
}

/* The place of this name. While another thread writes a name into the place that comes next, it could
 * be the same one, which must not get two places: there is none for this once. */
static struct scope_stranger *
find_stranger(struct scope_names *names, const char *name, size_t length)
{
    for (size_t i = 0; i < SCOPE_STRANGERS; i++) {
        struct scope_stranger *stranger = &names->strangers[i];
        const char *known = scope_stranger_name(stranger);

        if (known != NULL && compare(known, name, length) == 0)
            return stranger;
        if (known == NULL)
            return moves_in(stranger, name, length) ? stranger : NULL;
    }
    return NULL;
}

void scope_count(
    struct scope_names *names, struct scope_entry *entry, enum scope_mistake mistake, int refused,
    const char *name, size_t length)
{
    struct scope_stranger *stranger = NULL;

    add(refused ? &entry->counts->refused[mistake] : &entry->counts->passed[mistake]);
    if (entry->name == NULL && mistake == MISTAKE_UNLISTED && is_plain(name, length))
        stranger = find_stranger(names, name, length);
    if (stranger != NULL)
        add(refused ? &stranger->refused : &stranger->passed);
}
