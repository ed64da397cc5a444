/* SPDX-License-Identifier: MIT */
#include "query/preference.h"

#include "query/query_internal.h"

/* A function is no write here: asked for one object it would be undone when it returns no row. */
static int is_write(const supa_query *q)
{
    return q->kind != QUERY_READ && q->kind != QUERY_RPC && q->kind != QUERY_RPC_GET;
}

static int is_object(const supa_query *q)
{
    return q->answer == ANSWER_ONE || (is_write(q) && q->answer == ANSWER_AT_MOST_ONE);
}

static const char *form(const supa_query *q)
{
    switch (q->media) {
    case MEDIA_CSV:
        return "text/csv";
    case MEDIA_GEOJSON:
        return "application/geo+json";
    case MEDIA_OTHER:
        return q->media_type;
    case MEDIA_JSON:
        break;
    }
    if (is_object(q))
        return q->strip_nulls ? "application/vnd.pgrst.object+json;nulls=stripped"
                              : "application/vnd.pgrst.object+json";
    return q->strip_nulls ? "application/vnd.pgrst.array+json;nulls=stripped" : "application/json";
}

/* `application/vnd.pgrst.plan+text; for="application/json"; options=analyze|verbose;` */
static void put_plan(struct buffer *line, const supa_query *q)
{
    static const struct {
        int flag;
        const char *name;
    } options[] = {
        {SUPA_EXPLAIN_ANALYZE, "analyze"},
        {SUPA_EXPLAIN_VERBOSE, "verbose"},
        {SUPA_EXPLAIN_SETTINGS, "settings"},
        {SUPA_EXPLAIN_BUFFERS, "buffers"},
        {SUPA_EXPLAIN_WAL, "wal"}};
    int some = 0;

    buffer_puts(line, "application/vnd.pgrst.plan+");
    buffer_puts(line, q->plan == SUPA_PLAN_JSON ? "json" : "text");
    buffer_puts(line, "; for=\"");
    buffer_puts(line, form(q));
    buffer_puts(line, "\"; options=");
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if ((q->explain_flags & options[i].flag) == 0)
            continue;
        if (some++)
            buffer_putc(line, '|');
        buffer_puts(line, options[i].name);
    }
    buffer_putc(line, ';');
}

const char *accept_line(supa_query *q)
{
    struct buffer *line = &q->request.accept;

    buffer_clear(line);
    if (!q->explain && q->media == MEDIA_JSON && !q->strip_nulls)
        return is_object(q) ? "Accept: application/vnd.pgrst.object+json"
                            : "Accept: application/json";
    buffer_puts(line, "Accept: ");
    if (q->explain)
        put_plan(line, q);
    else
        buffer_puts(line, form(q));
    return buffer_text(line);
}

const char *answer_media(const supa_query *q)
{
    if (q->explain)
        return q->plan == SUPA_PLAN_JSON ? "application/vnd.pgrst.plan+json"
                                         : "application/vnd.pgrst.plan+text";
    return q->media == MEDIA_JSON ? NULL : form(q);
}

static void put(struct buffer *line, const char *name, const char *value)
{
    buffer_puts(line, line->length == 0 ? "Prefer: " : ", ");
    buffer_puts(line, name);
    buffer_puts(line, value);
}

static void put_return(struct buffer *line, const supa_query *q)
{
    if (q->return_headers)
        put(line, "return=", "headers-only");
    else if (is_write(q) && q->request.wants_rows)
        put(line, "return=", "representation");
}

static void put_number(struct buffer *line, const char *name, int64_t number)
{
    put(line, name, "");
    buffer_put_int(line, number);
}

const char *prefer_line(supa_query *q)
{
    static const char *const counts[] = {NULL, "exact", "planned", "estimated"};
    struct buffer *line = &q->request.prefer;

    buffer_clear(line);
    if (q->kind == QUERY_UPSERT)
        put(line, "resolution=", q->ignore_duplicates ? "ignore-duplicates" : "merge-duplicates");
    put_return(line, q);
    if (q->count != SUPA_COUNT_NONE)
        put(line, "count=", counts[q->count]);
    if (q->missing_default)
        put(line, "missing=", "default");
    if (q->rollback)
        put(line, "tx=", "rollback");
    if (q->strict || q->max_affected >= 0)
        put(line, "handling=", "strict");
    if (q->max_affected >= 0)
        put_number(line, "max-affected=", q->max_affected);
    if (q->timezone != NULL)
        put(line, "timezone=", q->timezone);
    return line->length != 0 || buffer_failed(line) ? buffer_text(line) : NULL;
}
