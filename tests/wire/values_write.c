/* SPDX-License-Identifier: MIT */
/* Writes whose filters, keys and rows are the texts. Updates and deletes are rolled back. */
#include "wire/values.h"

#include <stdlib.h>
#include <string.h>

/* The greatest key of an index is 2,704 bytes. */
#define KEY_MAX 2000

static int is_key(supa_row row, const char *want)
{
    const char *text;
    size_t length;

    return supa_row_text(row, "key", &text, &length) == SUPA_FIELD_VALUE &&
           length == strlen(want) && memcmp(text, want, length) == 0;
}

/* One row, of this key and these hits. */
static void check_key(struct task *task, const char *what, supa_query *q, int64_t hits)
{
    supa_response *answer = supa_execute(supa_select(q, "key,hits"));
    supa_row row = supa_response_first(answer);
    int64_t found = -1;

    task->checks++;
    if (!supa_response_ok(answer))
        task_wrong(task, what, supa_response_error(answer)->message);
    else if (
        supa_response_row_count(answer) != 1 || !is_key(row, task->text[0]) ||
        supa_row_int64(row, "hits", &found) != SUPA_FIELD_VALUE || found != hits)
        task_wrong(task, what, "another row came back");
    supa_response_free(answer);
}

static supa_query *keys(const struct task *task)
{
    return supa_from(task->client, "string_keys");
}

static supa_query *row(supa_query *q, const struct task *task, int64_t hits)
{
    supa_insert_row(q);
    supa_set(q, "key", supa_text(task->text[0]));
    return supa_set(q, "hits", supa_int(hits));
}

static void check_keys(struct task *task)
{
    const int64_t hits = (int64_t)task->at;
    char json[6 * KEY_MAX + 64];
    char *key = json_of(task->text[0]);
    supa_query *q;

    if (strlen(task->text[0]) <= KEY_MAX) {
        strcpy(json, "{\"hits\":7,\"key\":");
        strcat(strcat(json, key), "}");
        check_key(task, "upsert", row(supa_upsert(keys(task), NULL, "key"), task, hits), hits);
        check_key(
            task, "upsert again", row(supa_upsert(keys(task), NULL, "key"), task, hits + 1),
            hits + 1);
        q = supa_put(keys(task), json);
        check_key(task, "put", supa_eq(q, "key", supa_text(task->text[0])), 7);
        q = supa_update_row(keys(task));
        supa_set(q, "hits", supa_int(hits));
        check_key(task, "update", supa_eq(q, "key", supa_text(task->text[0])), hits);
    }
    free(key);
}

static supa_query *strings(const struct task *task)
{
    return supa_rollback(supa_select(supa_from(task->client, "strings"), "id"));
}

static supa_query *update(const struct task *task)
{
    supa_query *q = supa_update_row(strings(task));

    return supa_set(q, "value", supa_text(task->text[1]));
}

static supa_query *group(supa_query *q, const struct task *task)
{
    supa_or(q);
    for (size_t i = 0; i < 3; i++)
        supa_eq(q, "value", supa_text(task->text[i]));
    return supa_end(q);
}

static void check_filters(struct task *task)
{
    const int star = strchr(task->text[0], '*') != NULL ? REFUSED : 0;
    supa_query *q;

    q = supa_eq(update(task), "value", supa_text(task->text[0]));
    task_ids(task, "update by eq", q, text_equals, 0);
    q = supa_in(update(task), "value", supa_texts(task->text, 3));
    task_ids(task, "update by in", q, text_is_one, 0);
    q = supa_eq(supa_delete(strings(task)), "value", supa_text(task->text[0]));
    task_ids(task, "delete by eq", q, text_equals, 0);
    q = supa_like(supa_delete(strings(task)), "value", task->exact[0]);
    task_ids(task, "delete by like", q, text_equals, star);
    q = supa_overlaps(supa_delete(strings(task)), "list", supa_texts(task->text, 3));
    task_ids(task, "delete by overlaps", q, list_overlaps, 0);
    /* what a group looks at must be returned, and an update may not change it: PostgREST looks twice */
    q = supa_delete(supa_select(strings(task), "id,value"));
    task_ids(task, "delete by a group", group(q, task), text_is_one, 0);
    q = supa_set(supa_update_row(supa_select(strings(task), "id,value")), "list", supa_null());
    task_ids(task, "update by a group", group(q, task), text_is_one, 0);
    task_ids(task, "update of a group", group(update(task), task), text_is_one, REFUSED);
}

void check_writes(struct task *task)
{
    check_keys(task);
    check_filters(task);
}
