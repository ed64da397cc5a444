/* SPDX-License-Identifier: MIT */
#include "query/parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "query/query_internal.h"

#include <stdlib.h>
#include <string.h>

#define SLACK 16 /* bytes; a lone empty text is written twice */

static const char *mistake_of(const supa_query *q)
{
    if (q->kind != QUERY_READ)
        return "only reads of a table or view can be split";
    if (q->head || q->explain || q->media != MEDIA_JSON)
        return "only answers of JSON rows can be joined";
    if (q->answer != ANSWER_ROWS || q->count != SUPA_COUNT_NONE)
        return "single rows and counts are about the whole list, not about its parts";
    if (q->shape.orders != NULL || q->shape.limit >= 0 || q->shape.offset >= 0)
        return "an order, a limit or a range is about the whole list, not about its parts";
    if (q->select.has_aggregate)
        return "aggregates are about the whole list, not about its parts";
    return NULL;
}

/* An embedded table's list says nothing about which rows there are. */
static int is_list(const struct filter *filter)
{
    return filter->kind == FILTER_COMPARISON && !filter->negated &&
           filter->comparison->takes == TAKES_LIST && filter->operand.kind == OPERAND_LIST &&
           filter->operand.count != 0 &&
           (*filter->column == '"' || memchr(filter->column, '.', filter->column_length) == NULL);
}

static struct filter *longest_list(const supa_query *q)
{
    struct filter *longest = NULL;

    for (struct filter *filter = q->filters; filter != NULL; filter = filter->next) {
        if (is_list(filter) && (longest == NULL || filter->operand.count > longest->operand.count))
            longest = filter;
    }
    return longest;
}

static struct piece without_zeros(struct piece piece)
{
    while (piece.length > 1 && (*piece.text == '0' || *piece.text == '+')) {
        piece.text++;
        piece.length--;
    }
    return piece;
}

/* Case and zeros in front make no difference: values that a column's type may take for the same, such
 * as a UUID in upper and lower case, have to go into one part, or their row would come twice. */
static int compare_meaning(const struct piece *a, const struct piece *b)
{
    const struct piece x = without_zeros(*a), y = without_zeros(*b);
    const size_t n = x.length < y.length ? x.length : y.length;

    for (size_t i = 0; i < n; i++) {
        const int order = text_lower(x.text[i]) - text_lower(y.text[i]);

        if (order != 0)
            return order;
    }
    return (x.length > y.length) - (x.length < y.length);
}

static int compare(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    const int order = compare_meaning(x, y);

    if (order != 0 || x->length != y->length)
        return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
    return memcmp(x->text, y->text, x->length);
}

static int take_pieces(struct parts *parts)
{
    const struct operand *operand = &parts->filter->operand;
    size_t kept = 0;

    parts->pieces = memory_array(operand->count, sizeof *parts->pieces);
    parts->starts = memory_array(operand->count + 1, sizeof *parts->starts);
    if (parts->pieces == NULL || parts->starts == NULL)
        return -1;
    memcpy(parts->pieces, operand->pieces, operand->count * sizeof *parts->pieces);
    qsort(parts->pieces, operand->count, sizeof *parts->pieces, compare);
    for (size_t i = 0; i < operand->count; i++) {
        if (kept == 0 || compare(&parts->pieces[kept - 1], &parts->pieces[i]) != 0)
            parts->pieces[kept++] = parts->pieces[i];
    }
    parts->count = kept;
    return 0;
}

/* The bytes of a URL that the list's first @n of "x" and @second take, with column and operator. */
static size_t
list_length(const struct parts *parts, struct buffer *scratch, struct piece second, size_t n)
{
    const struct piece pieces[2] = {{"x", 1, 0}, second};
    struct filter filter = *parts->filter;

    filter.operand.pieces = pieces;
    filter.operand.count = n;
    buffer_clear(scratch);
    filter_write(scratch, &filter);
    return scratch->length;
}

/* The bytes that a URL leaves for the list's values and commas; 0, with the query's mistake, when
 * there are none. */
static size_t room_for_values(struct parts *parts)
{
    static const struct piece x = {"x", 1, 0};
    supa_query *q = parts->q;
    struct filter *filter = parts->filter;
    const struct piece *pieces = filter->operand.pieces;
    const size_t count = filter->operand.count;
    size_t taken = 0;

    filter->operand.pieces = &x;
    filter->operand.count = 1;
    if (request_build(q) == SUPA_OK)
        taken = q->request.url.length + SLACK;
    filter->operand.pieces = pieces;
    filter->operand.count = count;
    if (taken == 0)
        return 0;
    return taken < q->target->max_url ? q->target->max_url - taken : 1;
}

static int means_the_same(const struct parts *parts, size_t i)
{
    return i != 0 && compare_meaning(&parts->pieces[i - 1], &parts->pieces[i]) == 0;
}

/* Fills each URL up to its limit; values that may mean the same stay together. A value that is too
 * long alone gets a part of its own, whose request then says so. */
static void cut(struct parts *parts, struct buffer *scratch, size_t room)
{
    const size_t one = list_length(parts, scratch, parts->pieces[0], 1);
    size_t used = 0, group = 0, group_start = 0;

    parts->starts[parts->part_count++] = 0;
    for (size_t i = 0; i < parts->count; i++) {
        const size_t cost = list_length(parts, scratch, parts->pieces[i], 2) - one;

        if (!means_the_same(parts, i)) {
            group_start = i;
            group = 0;
        }
        group += cost;
        used += cost;
        if (used > room && group_start > parts->starts[parts->part_count - 1]) {
            parts->starts[parts->part_count++] = group_start;
            used = group;
        }
    }
    parts->starts[parts->part_count] = parts->count;
}

static int refuse(supa_query *q, const char *mistake)
{
    query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_split", NULL, mistake);
    return (int)q->mistake.code;
}

int parts_plan(struct parts *parts, supa_query *q)
{
    struct buffer scratch = BUFFER_INIT;
    const char *mistake;
    size_t room;
    int code;

    memset(parts, 0, sizeof *parts);
    parts->q = q;
    if (q->mistake.code != SUPA_OK)
        return (int)q->mistake.code;
    mistake = mistake_of(q);
    if (mistake == NULL && (parts->filter = longest_list(q)) == NULL)
        mistake = "there is no `in` list of values on a column of the query's own table";
    if (mistake != NULL)
        return refuse(q, mistake);
    room = room_for_values(parts);
    code = (int)q->mistake.code;
    if (code == SUPA_OK && take_pieces(parts) == 0)
        cut(parts, &scratch, room);
    if (code == SUPA_OK && (parts->part_count == 0 || buffer_failed(&scratch))) {
        query_no_memory(q);
        code = SUPA_ERROR_NO_MEMORY;
    }
    buffer_free(&scratch);
    return code;
}

void parts_free(struct parts *parts)
{
    memory_free(parts->pieces);
    memory_free(parts->starts);
    memset(parts, 0, sizeof *parts);
}

supa_query *parts_query(const struct parts *parts, size_t part)
{
    struct operand *operand = &parts->filter->operand;
    const struct operand whole = *operand;
    supa_query *q;

    operand->pieces = parts->pieces + parts->starts[part];
    operand->count = parts->starts[part + 1] - parts->starts[part];
    q = supa_query_dup(parts->q);
    *operand = whole;
    q->split = 0;
    return q;
}
