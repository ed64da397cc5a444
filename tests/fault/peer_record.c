/* SPDX-License-Identifier: MIT */
#include "peer_record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    int result;

    if (pthread_condattr_init(&attributes) != 0)
        return -1;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    result = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return result == 0 ? 0 : -1;
}

int peer_record_init(struct peer_record *record)
{
    memset(record, 0, sizeof *record);
    if (init_condition(&record->changed) != 0)
        return -1;
    if (pthread_mutex_init(&record->lock, NULL) != 0) {
        pthread_cond_destroy(&record->changed);
        return -1;
    }
    return 0;
}

void peer_record_free(struct peer_record *record)
{
    for (size_t i = 0; i < record->counts[PEER_REQUESTS]; i++)
        peer_message_free(record->messages[i]);
    free(record->messages);
    pthread_mutex_destroy(&record->lock);
    pthread_cond_destroy(&record->changed);
}

static void add_one(struct peer_record *record, enum peer_count count)
{
    record->counts[count]++;
    pthread_cond_broadcast(&record->changed);
}

size_t peer_record_count(struct peer_record *record, enum peer_count count)
{
    size_t before;

    pthread_mutex_lock(&record->lock);
    before = record->counts[count];
    add_one(record, count);
    pthread_mutex_unlock(&record->lock);
    return before;
}

size_t peer_record_get(struct peer_record *record, enum peer_count count)
{
    size_t n;

    pthread_mutex_lock(&record->lock);
    n = record->counts[count];
    pthread_mutex_unlock(&record->lock);
    return n;
}

static struct timespec moment_after(int ms)
{
    struct timespec moment;

    clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_sec += ms / 1000;
    moment.tv_nsec += (long)(ms % 1000) * 1000000;
    if (moment.tv_nsec >= 1000000000) {
        moment.tv_sec++;
        moment.tv_nsec -= 1000000000;
    }
    return moment;
}

int peer_record_wait(
    struct peer_record *record, enum peer_count count, size_t least, int timeout_ms)
{
    struct timespec end = moment_after(timeout_ms);
    int in_time = 1;
    int reached;

    pthread_mutex_lock(&record->lock);
    while (record->counts[count] < least && in_time)
        in_time = pthread_cond_timedwait(&record->changed, &record->lock, &end) == 0;
    reached = record->counts[count] >= least;
    pthread_mutex_unlock(&record->lock);
    return reached;
}

static int keep(struct peer_record *record, struct peer_message *message)
{
    size_t n = record->counts[PEER_REQUESTS];
    struct peer_message **messages = realloc(record->messages, (n + 1) * sizeof *messages);

    if (messages == NULL)
        return -1;
    messages[n] = message;
    record->messages = messages;
    add_one(record, PEER_REQUESTS);
    return 0;
}

/* A message that cannot be kept goes back to its sender's care: its head counts as not whole. */
static size_t take(
    struct peer_record *record, struct peer_message *message, const char *bytes, size_t length,
    enum peer_message_state goal)
{
    enum peer_message_state before = message->state;
    size_t taken = peer_message_take(message, bytes, length, goal);

    if (before == PEER_MESSAGE_HEAD && message->state != before && keep(record, message) != 0) {
        message->state = PEER_MESSAGE_HEAD;
        return 0;
    }
    if (before != PEER_MESSAGE_WHOLE && message->state == PEER_MESSAGE_WHOLE)
        add_one(record, PEER_DELIVERIES);
    record->bytes_read += taken;
    return taken;
}

size_t peer_record_take(
    struct peer_record *record, struct peer_message *message, const char *bytes, size_t length,
    enum peer_message_state goal)
{
    size_t taken;

    pthread_mutex_lock(&record->lock);
    taken = take(record, message, bytes, length, goal);
    pthread_mutex_unlock(&record->lock);
    return taken;
}

int peer_record_head(struct peer_record *record, struct peer_message *message)
{
    int result;

    pthread_mutex_lock(&record->lock);
    result = keep(record, message);
    if (result == 0) {
        message->state = PEER_MESSAGE_BODY;
        record->bytes_read += message->length;
    }
    pthread_mutex_unlock(&record->lock);
    return result;
}

int peer_record_body(
    struct peer_record *record, struct peer_message *message, const char *bytes, size_t length)
{
    int result;

    pthread_mutex_lock(&record->lock);
    result = peer_message_add(message, bytes, length);
    if (result == 0)
        record->bytes_read += length;
    pthread_mutex_unlock(&record->lock);
    return result;
}

void peer_record_end(struct peer_record *record, struct peer_message *message)
{
    pthread_mutex_lock(&record->lock);
    message->state = PEER_MESSAGE_WHOLE;
    add_one(record, PEER_DELIVERIES);
    pthread_mutex_unlock(&record->lock);
}

void peer_record_sent(struct peer_record *record, size_t length)
{
    pthread_mutex_lock(&record->lock);
    record->bytes_sent += length;
    pthread_mutex_unlock(&record->lock);
}

size_t peer_record_bytes_sent(struct peer_record *record)
{
    size_t n;

    pthread_mutex_lock(&record->lock);
    n = record->bytes_sent;
    pthread_mutex_unlock(&record->lock);
    return n;
}

size_t peer_record_bytes(struct peer_record *record)
{
    size_t n;

    pthread_mutex_lock(&record->lock);
    n = record->bytes_read;
    pthread_mutex_unlock(&record->lock);
    return n;
}

size_t
peer_record_messages(struct peer_record *record, const char *method, enum peer_message_state least)
{
    size_t n = 0;

    pthread_mutex_lock(&record->lock);
    for (size_t i = 0; i < record->counts[PEER_REQUESTS]; i++) {
        const struct peer_message *message = record->messages[i];

        if (message->state >= least && peer_message_is(message, method))
            n++;
    }
    pthread_mutex_unlock(&record->lock);
    return n;
}

static size_t copy(const struct peer_message *message, char *out, size_t size)
{
    size_t length = message->length < size ? message->length : size - 1;

    memcpy(out, message->text, length);
    out[length] = '\0';
    return message->length;
}

size_t peer_record_text(struct peer_record *record, size_t i, char *out, size_t size)
{
    size_t length = 0;

    out[0] = '\0';
    pthread_mutex_lock(&record->lock);
    if (i < record->counts[PEER_REQUESTS])
        length = copy(record->messages[i], out, size);
    pthread_mutex_unlock(&record->lock);
    return length;
}

int peer_record_await_go(struct peer_record *record)
{
    int stopping;

    pthread_mutex_lock(&record->lock);
    add_one(record, PEER_PAUSES);
    while (record->goes == 0 && !record->stopping)
        pthread_cond_wait(&record->changed, &record->lock);
    stopping = record->stopping;
    if (!stopping)
        record->goes--;
    pthread_mutex_unlock(&record->lock);
    return stopping ? -1 : 0;
}

int peer_record_take_go(struct peer_record *record)
{
    int taken;

    pthread_mutex_lock(&record->lock);
    taken = record->goes != 0;
    record->goes -= (size_t)taken;
    pthread_mutex_unlock(&record->lock);
    return taken;
}

void peer_record_go(struct peer_record *record)
{
    pthread_mutex_lock(&record->lock);
    record->goes++;
    pthread_cond_broadcast(&record->changed);
    pthread_mutex_unlock(&record->lock);
}

void peer_record_stop(struct peer_record *record)
{
    pthread_mutex_lock(&record->lock);
    record->stopping = 1;
    pthread_cond_broadcast(&record->changed);
    pthread_mutex_unlock(&record->lock);
}
