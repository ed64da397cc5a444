/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "base/clock.h"
#include "base/memory.h"
#include "manager/platform_scope.h"

#include <stdio.h>
#include <string.h>

/* As the transport does: piece by piece until there is no more. */
static void read_body(struct world *world, const struct call *call)
{
    size_t used = 0;
    int64_t n;

    while (used + 8 < sizeof world->body &&
           (n = call->read(call->read_user, world->body + used, 7)) > 0)
        used += (size_t)n;
    world->body[used] = '\0';
    world->has_body = 1;
    world->read_size = call->read_size;
}

static void record(struct world *world, const struct call *call)
{
    size_t used = 0;

    snprintf(world->method, sizeof world->method, "%s", http_method_name(call->method));
    snprintf(world->url, sizeof world->url, "%s", call->url);
    world->headers[0] = '\0';
    for (const struct header_line *line = call->headers; line != NULL; line = line->next)
        used += (size_t)snprintf(
            world->headers + used, sizeof world->headers - used, "%s\n", line->data);
    world->deadline_us = call->deadline_us;
    used = strlen(world->trail);
    snprintf(world->trail + used, sizeof world->trail - used, "%s %s\n", world->method, call->url);
    world->has_body = call->body != NULL;
    snprintf(
        world->body, sizeof world->body, "%.*s", (int)call->body_length,
        call->body != NULL ? (const char *)call->body : "");
    if (call->read != NULL)
        read_body(world, call);
}

static void perform(struct transport *transport, const struct call *call, struct reply *reply)
{
    static const struct script nothing = {200, NULL, "[]", SUPA_OK, SUPA_ANSWERED};
    struct world *world = (struct world *)transport;
    const struct script *answer =
        world->calls < world->answer_count ? &world->answers[world->calls] : &nothing;

    world->calls++;
    record(world, call);
    reply_clear(reply);
    reply->status = answer->status;
    reply->code = answer->code;
    reply->outcome = answer->outcome;
    reply->sent = (int64_t)call->body_length;
    buffer_puts(&reply->headers, answer->headers != NULL ? answer->headers : "");
    buffer_puts(&reply->body, answer->body != NULL ? answer->body : "");
    reply->received = (int64_t)reply->body.length;
    reply->connect_us = 11;
    reply->first_byte_us = 22;
    reply->total_us = 33;
}

/* Nobody waits in a test; what was waited for is kept. */
static int wait_until(struct transport *transport, int64_t until_us, struct supa_cancel *cancel)
{
    struct world *world = (struct world *)transport;

    world->waited_us = until_us - clock_us();
    world->waits++;
    return supa_cancel_fired(cancel);
}

supa_client_options world_options(void)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = WORLD_URL;
    options.key = WORLD_KEY;
    options.retries = 0;
    return options;
}

/* Not one of the client's allocations, which tests make fail. */
static struct scope *make_scope(void)
{
    int (*const fails)(void) = memory_fails;
    struct scope *scope;

    memory_fails = NULL;
    scope = scope_new("platform", &platform_tables, &platform_functions);
    memory_fails = fails;
    return scope;
}

void world_start_with(
    struct world *world, supa_side side, const supa_client_options *options, supa_error *error)
{
    struct client_identity identity = {
        side, side == SUPA_SIDE_TENANT ? WORLD_STORE : "", NULL, NULL};

    memset(world, 0, sizeof *world);
    world->transport.perform = perform;
    world->transport.wait = wait_until;
    if (side != SUPA_SIDE_NONE)
        identity.scope = make_scope();
    world->client = client_new(options, &identity, &world->transport, error);
    scope_unref(identity.scope);
}

void world_start(struct world *world, supa_side side)
{
    supa_client_options options = world_options();

    world_start_with(world, side, &options, NULL);
}

void world_end(struct world *world)
{
    supa_client_unref(world->client);
    world->client = NULL;
}

void world_answer(struct world *world, const struct script *answers, size_t count)
{
    world->answers = answers;
    world->answer_count = count;
    world->calls = 0;
    world->trail[0] = '\0';
}

int world_sent(const struct world *world, const char *line)
{
    size_t length = strlen(line);

    for (const char *at = world->headers; *at != '\0'; at = strchr(at, '\n') + 1) {
        if (strncmp(at, line, length) == 0 && at[length] == '\n')
            return 1;
    }
    return 0;
}

int world_same(const char *got, const char *expected)
{
    if (got != NULL && strcmp(got, expected) == 0)
        return 1;
    fprintf(stderr, "\n    expected: %s\n    got:      %s\n", expected, got != NULL ? got : "NULL");
    return 0;
}

int world_holds(const char *text, const char *part)
{
    if (text != NULL && strstr(text, part) != NULL)
        return 1;
    fprintf(stderr, "\n    expected: …%s…\n    got:      %s\n", part, text != NULL ? text : "NULL");
    return 0;
}

static size_t countdown;
static int came;

static int nth_fails(void)
{
    if (countdown == 0 || --countdown != 0)
        return 0;
    came = 1;
    return 1;
}

void world_fail_at(size_t nth)
{
    countdown = nth;
    came = 0;
    memory_fails = nth != 0 ? nth_fails : NULL;
}

int world_failed(void)
{
    memory_fails = NULL;
    return came;
}
