/* SPDX-License-Identifier: MIT */
#include "platform/store_queue.h"

#include "base/error.h"
#include "platform/ask.h"
#include "platform/errand.h"

#include <string.h>

static void ask_page(struct store_queue *queue);

static void end_with(struct store_queue *queue, const supa_error *error)
{
    queue->error = *error;
    queue->has_ended = 1;
}

/* The store at the end of the page, behind which the next one begins. */
static int read_last(struct store_queue *queue, const supa_response *page)
{
    char last[UUID_LENGTH + 1];
    supa_error error;

    if (!ask_text(
            supa_response_row(page, supa_response_row_count(page) - 1), "store_id", last,
            sizeof last) ||
        !text_uuid(last, last) || (queue->largest != 0 && strcmp(last, queue->last) <= 0)) {
        error_set(
            &error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
            "a page of the registry does not end in a store behind the page before");
        end_with(queue, &error);
        return -1;
    }
    memcpy(queue->last, last, sizeof last);
    return 0;
}

/* A page that is smaller than one before it is the last; of the first nobody knows, since the server
 * may give fewer rows than are asked for. */
static void take_page(struct store_queue *queue, supa_response *page)
{
    const size_t rows = supa_response_row_count(page);

    if (rows == 0 || read_last(queue, page) != 0) {
        queue->has_ended = 1;
        supa_response_free(page);
        return;
    }
    queue->next_page = page;
    if (rows < queue->largest)
        queue->has_ended = 1;
    else
        queue->largest = rows;
}

static void paged(void *user, supa_response *response)
{
    struct store_queue *queue = user;
    const supa_error *error = supa_response_error(response);

    queue->is_asked = 0;
    if (error != NULL) {
        end_with(queue, error);
        supa_response_free(response);
    } else {
        take_page(queue, response);
    }
    queue->came(queue->user);
}

static void ask_page(struct store_queue *queue)
{
    supa_query *q = supa_query_dup(queue->query);
    supa_error error;

    if (queue->largest != 0)
        supa_gt(q, "store_id", supa_text(queue->last));
    supa_limit(supa_order(q, "store_id", SUPA_ASC), queue->size);
    errand_limit(q, queue->deadline, queue->cancel);
    queue->is_asked = supa_multi_add(queue->multi, q, paged, queue) != 0;
    if (queue->is_asked)
        return;
    error_no_memory(&error);
    end_with(queue, &error);
}

void store_queue_start(struct store_queue *queue)
{
    if (queue->ids == NULL)
        ask_page(queue);
}

/* Has the page that is worked on be the next one, once it is used up. */
static void turn_page(struct store_queue *queue)
{
    if (queue->page != NULL && queue->index < supa_response_row_count(queue->page))
        return;
    supa_response_free(queue->page);
    queue->page = queue->next_page;
    queue->next_page = NULL;
    queue->index = 0;
    if (queue->page != NULL && !queue->has_ended)
        ask_page(queue);
}

static int next_of_page(struct store_queue *queue, char id[UUID_LENGTH + 1])
{
    supa_error error;

    turn_page(queue);
    if (queue->page == NULL)
        return 0;
    if (ask_text(supa_response_row(queue->page, queue->index++), "store_id", id, UUID_LENGTH + 1) &&
        text_uuid(id, id))
        return 1;
    error_set(&error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, "a row of the registry lacks its store");
    end_with(queue, &error);
    queue->index = supa_response_row_count(queue->page);
    return 0;
}

int store_queue_next(struct store_queue *queue, char id[UUID_LENGTH + 1])
{
    if (queue->ids == NULL)
        return next_of_page(queue, id);
    return queue->index < queue->count && text_uuid(queue->ids[queue->index++], id);
}

int store_queue_ended(const struct store_queue *queue)
{
    if (queue->ids != NULL)
        return queue->index == queue->count;
    return queue->has_ended && queue->next_page == NULL &&
           (queue->page == NULL || queue->index >= supa_response_row_count(queue->page));
}

void store_queue_free(struct store_queue *queue)
{
    supa_response_free(queue->page);
    supa_response_free(queue->next_page);
    supa_query_free(queue->query);
}
