/* SPDX-License-Identifier: MIT */
#include "platform/all_rows.h"

#include "base/buffer.h"
#include "base/error.h"
#include "platform/ask.h"

#include <string.h>

#define MOST_BYTES ((size_t)1 << 30)

/* Where a walk stands: the last page, whose last row holds the key to go on behind. */
struct stand {
    supa_response *page;
    const char *key;
    size_t key_length;
    size_t full; /* rows of the first page: the limit in effect, if there are more */
    int is_last;
};

static void drop_page(struct stand *stand)
{
    supa_response_free(stand->page);
    stand->page = NULL;
}

static supa_response *ask_page(const supa_query *q, const struct walk *walk, struct stand *stand)
{
    supa_query *copy = supa_query_dup(q);

    if (stand->page != NULL)
        supa_gt(copy, walk->key, supa_text_n(stand->key, stand->key_length));
    else
        supa_count(copy, SUPA_COUNT_EXACT); /* tells whether there is a second page */
    supa_order(copy, walk->key, SUPA_ASC);
    if (walk->size > 0)
        supa_limit(copy, walk->size);
    return supa_execute(copy);
}

static int read_key(
    const supa_response *page, const char *column, const char **key, size_t *length,
    supa_error *error)
{
    supa_row row = supa_response_row(page, supa_response_row_count(page) - 1);

    if (supa_row_text(row, column, key, length) == SUPA_FIELD_VALUE ||
        supa_row_decimal(row, column, key, length) == SUPA_FIELD_VALUE)
        return SUPA_OK;
    return error_set(
        error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
        "a page ends in a row without its key \"%.64s\"", column);
}

/* Takes the page as the one to go on behind. */
static int
take_page(struct stand *stand, supa_response *page, const struct walk *walk, supa_error *error)
{
    const int is_first = stand->page == NULL;
    const size_t rows = supa_response_row_count(page);
    const char *key = NULL;
    size_t length = 0;
    int code = read_key(page, walk->key, &key, &length, error);

    if (code == SUPA_OK && !is_first && length == stand->key_length &&
        memcmp(key, stand->key, length) == 0)
        code = error_set(
            error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
            "the same page came twice: \"%.64s\" is not unique, or is ignored", walk->key);
    if (is_first) {
        stand->full = rows;
        stand->is_last = supa_response_truncated(page) == SUPA_TRUNCATED_NO;
    } else {
        stand->is_last = rows < stand->full;
    }
    drop_page(stand);
    stand->page = page;
    stand->key = key;
    stand->key_length = length;
    return code;
}

static int
next_page(const supa_query *q, const struct walk *walk, struct stand *stand, supa_error *error)
{
    supa_response *page = ask_page(q, walk, stand);
    int code = ask_failed(page, error);

    if (code != SUPA_OK || supa_response_row_count(page) == 0) {
        supa_response_free(page);
        stand->is_last = 1;
        return code;
    }
    code = take_page(stand, page, walk, error);
    return code == SUPA_OK ? walk->page(walk->user, page, error) : code;
}

int all_rows_walk(supa_query *q, const struct walk *walk, supa_error *error)
{
    struct stand stand = {NULL, NULL, 0, 0, 0};
    int code = SUPA_OK;

    while (code == SUPA_OK && !stand.is_last)
        code = next_page(q, walk, &stand, error);
    drop_page(&stand);
    supa_query_free(q);
    return code;
}

/* The page is an array with rows in it: what is between its brackets follows what came before. */
static int join_page(void *user, const supa_response *page, supa_error *error)
{
    struct buffer *rows = user;
    size_t length = 0;
    const char *body = supa_response_body(page, &length);
    const char *first = memchr(body, '[', length);

    while (length > 0 && body[length - 1] != ']')
        length--;
    if (first == NULL || length == 0)
        return error_set(error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, "a page is no list");
    buffer_putc(rows, rows->length == 0 ? '[' : ',');
    buffer_put(rows, first + 1, (size_t)(body + length - 1 - (first + 1)));
    if (rows->length > MOST_BYTES)
        return error_set(
            error, SUPA_ERROR_TOO_LARGE, SUPA_ANSWERED,
            "all rows together have more than %zu bytes", MOST_BYTES);
    return buffer_failed(rows) ? error_no_memory(error) : SUPA_OK;
}

supa_response *all_rows_of(supa_query *q, const char *key)
{
    struct buffer rows = BUFFER_INIT;
    const struct walk walk = {key, 0, join_page, &rows};
    supa_response *response;
    supa_error error;
    int code = all_rows_walk(q, &walk, &error);

    buffer_puts(&rows, rows.length == 0 ? "[]" : "]");
    if (code == SUPA_OK && buffer_failed(&rows))
        code = error_no_memory(&error);
    response = code == SUPA_OK ? supa_response_of_rows(rows.data, rows.length)
                               : supa_response_of_error(&error);
    buffer_free(&rows);
    return response;
}
