/* SPDX-License-Identifier: MIT */
/* The numbers as Prometheus reads them. */
#include "base/buffer.h"
#include "manager/stats.h"

#include <stddef.h>

struct metric {
    const char *name;
    const char *type;
    const char *help;
    size_t at; /* in supa_manager_stats */
};

#define AT(field) offsetof(supa_manager_stats, field)

static const struct metric metrics[] = {
    {"supa_cache_hits_total", "counter", "Leases from the cache.", AT(hits)},
    {"supa_cache_misses_total", "counter", "Leases of a store that was not cached.", AT(misses)},
    {"supa_cache_waits_total", "counter", "Leases that waited for another one's load.", AT(waits)},
    {"supa_cache_refused_total", "counter", "Leases refused from memory.", AT(refused)},
    {"supa_cache_evictions_total", "counter", "Stores that had to make room.", AT(evictions)},
    {"supa_cache_entries", "gauge", "Stores in the cache.", AT(entries)},
    {"supa_leases_total", "counter", "Clients that were handed out.", AT(leases)},
    {"supa_load_failures_total", "counter", "Loads that gave no client.", AT(failures)},
    {"supa_reloads_total", "counter", "Loads of a store that had been loaded before.", AT(reloads)},
    {"supa_refreshes_total", "counter", "Times the master was asked what has changed.",
     AT(refreshes)},
    {"supa_refresh_failures_total", "counter", "Of those, the ones that failed.",
     AT(refresh_failures)},
    {"supa_changes_total", "counter", "Stores forgotten because their rows changed.", AT(changes)},
    {"supa_sweeps_total", "counter", "Times the master was asked which stores are there.",
     AT(sweeps)},
    {"supa_swept_total", "counter", "Stores forgotten because they were removed.", AT(swept)},
    {"supa_host_hits_total", "counter", "Host names from the cache.", AT(host_hits)},
    {"supa_host_misses_total", "counter", "Host names that were looked up.", AT(host_misses)},
};

static void put_head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_puts(out, "# HELP ");
    buffer_puts(out, name);
    buffer_putc(out, ' ');
    buffer_puts(out, help);
    buffer_puts(out, "\n# TYPE ");
    buffer_puts(out, name);
    buffer_putc(out, ' ');
    buffer_puts(out, type);
    buffer_putc(out, '\n');
}

static void put_value(struct buffer *out, int64_t value)
{
    buffer_putc(out, ' ');
    buffer_put_int(out, value);
    buffer_putc(out, '\n');
}

/* @number of a thousandth or a millionth (@digits 3 or 6), as a decimal fraction. */
static void put_fraction(struct buffer *out, int64_t number, int digits)
{
    int64_t unit = digits == 3 ? 1000 : 1000000;

    buffer_put_int(out, number / unit);
    buffer_putc(out, '.');
    for (int64_t place = unit / 10; place > 0; place /= 10)
        buffer_putc(out, (char)('0' + number / place % 10));
}

static void put_errors(struct buffer *out, const supa_manager_stats *stats)
{
    put_head(out, "supa_errors_total", "counter", "Failures on the master by their code.");
    for (int code = SUPA_ERROR_ARGUMENT; code <= SUPA_ERROR_CONFLICT; code++) {
        buffer_puts(out, "supa_errors_total{code=\"");
        buffer_puts(out, supa_code_name((supa_code)code));
        buffer_puts(out, "\"}");
        put_value(out, stats->errors[code]);
    }
}

static void put_loads(struct buffer *out, const supa_manager_stats *stats)
{
    int64_t sum = 0;

    put_head(out, "supa_load_seconds", "histogram", "How long lookups of a store took.");
    for (size_t i = 0; i < SUPA_STATS_BUCKETS; i++) {
        sum += stats->load_buckets[i];
        buffer_puts(out, "supa_load_seconds_bucket{le=\"");
        if (stats->load_bounds_ms[i] < 0)
            buffer_puts(out, "+Inf");
        else
            put_fraction(out, stats->load_bounds_ms[i], 3);
        buffer_puts(out, "\"}");
        put_value(out, sum);
    }
    buffer_puts(out, "supa_load_seconds_sum ");
    put_fraction(out, stats->load_us, 6);
    buffer_puts(out, "\nsupa_load_seconds_count");
    put_value(out, sum);
}

char *stats_text(const supa_manager_stats *stats)
{
    struct buffer out = BUFFER_INIT;

    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        put_head(&out, metrics[i].name, metrics[i].type, metrics[i].help);
        buffer_puts(&out, metrics[i].name);
        put_value(&out, *(const int64_t *)((const char *)stats + metrics[i].at));
    }
    put_errors(&out, stats);
    put_loads(&out, stats);
    return buffer_take(&out);
}
