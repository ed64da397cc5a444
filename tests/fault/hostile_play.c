/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "hostile.h"
#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHORT_MS = ASK_SLOW ? 600 : 250, SLACK_MS = ASK_SLOW ? 4000 : 1500, LONG_MS = 30000 };
enum { MOST_MS = ASK_SLOW ? 40000 : 15000, MOST_KILOBYTES = ASK_SLOW ? 128 * 1024 : 8 * 1024 };
enum {
    MOST_RESPONSE = 1 << 20,
    TRIES = 3,
    FAULTY = 6,
    MOST_STEPS = 16,
    SOON_MS = 5000,
    IDLE_MS = 100
};

/* Of a peer that has done its fault, and that behaves. */
static const struct peer_script once =
    PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, HOSTILE_BODY));
static const struct peer_script next =
    PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[{\"id\": 7}]"), PEER_LOOP);

long hostile_most_kilobytes(void)
{
    return MOST_KILOBYTES;
}

/* The script's steps, with the body that this request wants in the place of HOSTILE_BODY. */
struct played {
    struct peer_step steps[MOST_STEPS];
    char *texts[MOST_STEPS];
    size_t n;
};

static size_t length_of(const struct peer_step *step)
{
    if (step->text == NULL)
        return 0;
    return step->action == PEER_DO_SEND && step->number >= 0 ? (size_t)step->number
                                                             : strlen(step->text);
}

static void put_body(char *text, size_t length, const char *body)
{
    const size_t size = sizeof HOSTILE_BODY - 1;

    for (size_t i = 0; i + size <= length; i++) {
        if (memcmp(text + i, HOSTILE_BODY, size) == 0)
            memcpy(text + i, body, size);
    }
}

static void prepare(struct played *played, const struct peer_step *steps, const char *body)
{
    memset(played, 0, sizeof *played);
    do {
        const size_t length = length_of(&steps[played->n]);
        struct peer_step *step = &played->steps[played->n];
        char *text = malloc(length + 1);

        if (text == NULL)
            abort();
        *step = steps[played->n];
        if (step->text != NULL) {
            memcpy(text, step->text, length);
            text[length] = '\0';
            put_body(text, length, body);
            step->text = text;
        }
        played->texts[played->n++] = text;
    } while (steps[played->n - 1].action != PEER_DO_END);
}

static void forget(struct played *played)
{
    while (played->n != 0)
        free(played->texts[--played->n]);
}

/* All connections play the fault; of a warm one only the first, since the fault is one of an idle
 * connection. The last script is for the peer that behaves. */
static struct peer *
start(const struct hostile_fault *fault, const struct played *played, const struct played *good)
{
    struct peer_script scripts[FAULTY + 1];

    for (size_t i = 0; i < FAULTY; i++)
        scripts[i].steps = fault->is_warm && i != 0 ? good->steps : played->steps;
    scripts[FAULTY] = next;
    return peer_start(scripts, FAULTY + 1, fault->flags);
}

static supa_client *
client_for(const struct hostile_fault *fault, const struct peer *peer, int64_t short_ms)
{
    supa_client_options options = ask_options_peer(peer);

    options.timeout_ms = fault->is_short ? short_ms : fault->is_patient ? 0 : LONG_MS;
    options.connect_timeout_ms = LONG_MS;
    options.stall_ms = fault->is_short ? short_ms : LONG_MS;
    options.retries = 1;
    options.retry_base_ms = 1;
    options.max_response = MOST_RESPONSE;
    options.compression = fault->is_compressed;
    return supa_client_new(&options, NULL);
}

static long status_kilobytes(const char *name)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long kilobytes = 0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0)
            kilobytes = strtol(line + strlen(name), NULL, 10);
    }
    if (file != NULL)
        fclose(file);
    return kilobytes;
}

/* From here on the peak is counted anew, where the system lets it: else a higher one is kept. */
static long begin_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");

    if (file != NULL) {
        fputs("5\n", file);
        fclose(file);
    }
    return status_kilobytes("VmHWM:");
}

static void
ask_it(supa_client *client, const struct hostile_request *request, struct hostile_result *result)
{
    supa_error error;
    long peak = begin_peak(), begun = timing_now_ms();

    result->code = request->ask(request->make(client), &error);
    result->ms = timing_now_ms() - begun;
    result->kilobytes = status_kilobytes("VmHWM:") - peak;
    result->outcome = result->code > SUPA_OK ? (int)error.outcome : SUPA_ANSWERED;
    snprintf(result->message, sizeof result->message, "%.150s", error.message);
}

/* On the same client: a read that gets its own row, and a write that arrives once. */
static void ask_next(supa_client *client, struct peer *peer, struct hostile_result *result)
{
    const struct hostile_request *list = &hostile_requests[0];
    supa_query *put = supa_put(supa_from(client, "products"), "{\"id\":7,\"name\":\"next\"}");
    supa_error error;

    result->next_read = list->ask(supa_timeout(list->make(client), LONG_MS), &error);
    if (result->next_read > SUPA_OK)
        snprintf(result->message, sizeof result->message, "next: %.140s", error.message);
    put = supa_timeout(supa_eq(put, "id", supa_int(7)), LONG_MS);
    result->next_write = supa_exec(put, &error);
    if (result->next_write > SUPA_OK)
        snprintf(result->message, sizeof result->message, "next write: %.130s", error.message);
    result->next_delivered = (int)peer_delivered(peer, "PUT");
}

/* The peer may be behind. */
static void await(struct peer *peer, const char *method, size_t least)
{
    const long until = timing_now_ms() + SOON_MS;

    while (peer_delivered(peer, method) < least && timing_now_ms() < until)
        usleep(2000);
}

static void play_with(
    const struct hostile_fault *fault, const struct hostile_request *request, struct peer *peer,
    int64_t short_ms, struct hostile_result *result)
{
    supa_client *client = client_for(fault, peer, short_ms);
    size_t before = 0, other;

    if (client == NULL)
        return;
    if (fault->is_warm) {
        supa_error error;

        hostile_requests[0].ask(hostile_requests[0].make(client), &error);
        peer_wait(peer, PEER_CLOSED, 1, IDLE_MS);
        before = peer_delivered(peer, request->method);
    }
    ask_it(client, request, result);
    if (request->writes)
        await(peer, request->method, hostile_delivered(fault, request));
    if (peer_behave(peer) == 0)
        ask_next(client, peer, result);
    other = strcmp(request->method, "GET") == 0 && result->next_read == SUPA_OK;
    result->delivered = (int)(peer_delivered(peer, request->method) - before - other);
    supa_client_unref(client);
}

static void play_once(
    const struct hostile_fault *fault, const struct hostile_request *request, int64_t short_ms,
    struct hostile_result *result)
{
    const int is_other = !request->has_body && fault->bodyless.steps != NULL;
    struct played played, good;
    struct peer *peer;

    memset(result, 0, sizeof *result);
    result->most_ms = fault->is_short ? short_ms + SLACK_MS : MOST_MS;
    result->code = result->next_read = result->next_write = HOSTILE_WRONG_ROW;
    prepare(&played, is_other ? fault->bodyless.steps : fault->script.steps, request->body);
    prepare(&good, once.steps, request->body);
    peer = start(fault, &played, &good);
    if (peer != NULL)
        play_with(fault, request, peer, short_ms, result);
    peer_stop(peer);
    forget(&good);
    forget(&played);
}

void hostile_play(
    const struct hostile_fault *fault, const struct hostile_request *request,
    struct hostile_result *result)
{
    int64_t short_ms = SHORT_MS;

    play_once(fault, request, short_ms, result);
    for (int i = 1; i < TRIES && fault->is_short; i++) {
        if (hostile_wrong(fault, request, result) == NULL)
            return;
        short_ms *= 2;
        play_once(fault, request, short_ms, result);
    }
}
