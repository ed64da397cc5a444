/* SPDX-License-Identifier: MIT */
/* What a manager's scope has found, as text. */
#include "base/buffer.h"
#include "client_internal.h"
#include "query/scope.h"

#include <stdlib.h>
#include <string.h>
#include <supa/manager.h>

static const char *const modes[] = {"off", "warn", "enforce"};
static const char *const mistakes[MISTAKES] = {"side", "copy",  "unlisted", "store",
                                               "row",  "merge", "body",     "embed"};

struct found {
    const char *prefix, *name;
    uint64_t refused, passed;
};

static uint64_t read_count(const atomic_uint_least64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

static void put_pair(struct buffer *out, const char *name, const char *value)
{
    buffer_puts(out, name);
    buffer_putc(out, '=');
    buffer_puts(out, value);
}

static void put_found(struct buffer *out, const struct found *found, const char *mistake)
{
    if (found->refused == 0 && found->passed == 0)
        return;
    buffer_puts(out, found->prefix);
    buffer_puts(out, found->name);
    buffer_putc(out, ' ');
    buffer_puts(out, mistake);
    buffer_puts(out, " refused=");
    buffer_put_uint(out, found->refused);
    buffer_puts(out, " passed=");
    buffer_put_uint(out, found->passed);
    buffer_putc(out, '\n');
}

static void put_entry(struct buffer *out, const char *prefix, const struct scope_entry *entry)
{
    const unsigned char mode = atomic_load_explicit(&entry->mode, memory_order_relaxed);

    if (mode != SUPA_SCOPE_INHERIT) {
        buffer_puts(out, prefix);
        buffer_puts(out, entry->name);
        put_pair(out, " mode", modes[mode]);
        buffer_putc(out, '\n');
    }
    for (size_t i = 0; i < MISTAKES; i++) {
        const struct found found = {
            prefix, entry->name, read_count(&entry->counts->refused[i]),
            read_count(&entry->counts->passed[i])};

        put_found(out, &found, mistakes[i]);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

static uint64_t left(uint64_t all, uint64_t told)
{
    return all > told ? all - told : 0; /* a count may have come between the two */
}

/* Names in no list: those that are known, then the rest of the count. Of what a query that is about
 * no list may otherwise do wrong (a filter on another store) only the sum is known. */
static void put_unlisted(struct buffer *out, const char *prefix, const struct scope_names *names)
{
    const struct scope_entry *all = &names->entries[names->count];
    struct found known[SCOPE_STRANGERS], rest = {prefix, "*", 0, 0};
    size_t count = 0;

    for (size_t i = 0; i < SCOPE_STRANGERS; i++) {
        const struct scope_stranger *stranger = &names->strangers[i];

        if (scope_stranger_name(stranger) == NULL)
            continue;
        known[count] = (struct found){
            prefix, stranger->name, read_count(&stranger->refused), read_count(&stranger->passed)};
        rest.refused += known[count].refused;
        rest.passed += known[count++].passed;
    }
    qsort(known, count, sizeof *known, by_name);
    for (size_t i = 0; i < count; i++)
        put_found(out, &known[i], mistakes[MISTAKE_UNLISTED]);
    for (size_t i = 0; i < MISTAKES; i++) {
        const uint64_t refused = read_count(&all->counts->refused[i]);
        const uint64_t passed = read_count(&all->counts->passed[i]);
        const int is_named = i == MISTAKE_UNLISTED;
        const struct found found = {
            prefix, "*", left(refused, is_named ? rest.refused : 0),
            left(passed, is_named ? rest.passed : 0)};

        put_found(out, &found, mistakes[i]);
    }
}

static void put_names(struct buffer *out, const char *prefix, const struct scope_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        put_entry(out, prefix, &names->entries[i]);
    put_unlisted(out, prefix, names);
}

static void put_scope(struct buffer *out, const struct scope *scope)
{
    const struct scope_names *tables = &scope->tables, *functions = &scope->functions;

    put_pair(out, "scope", scope->origin);
    put_pair(out, " mode", modes[atomic_load_explicit(&scope->mode, memory_order_relaxed)]);
    put_pair(out, " unlisted-tables", modes[scope_mode_of(scope, &tables->entries[tables->count])]);
    put_pair(
        out, " unlisted-functions",
        modes[scope_mode_of(scope, &functions->entries[functions->count])]);
    buffer_putc(out, '\n');
    put_names(out, "", tables);
    put_names(out, "rpc/", functions);
}

char *supa_manager_scope_report(supa_manager *manager)
{
    const supa_client *master = supa_manager_master(manager);
    struct buffer out = BUFFER_INIT;

    if (master != NULL && master->target.scope != NULL)
        put_scope(&out, master->target.scope);
    else
        buffer_puts(&out, "scope=none\n");
    return buffer_take(&out);
}
