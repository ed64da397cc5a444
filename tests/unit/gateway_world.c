/* SPDX-License-Identifier: MIT */
#include "gateway_world.h"

#include "manager/manager_internal.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* One at a time: the transports have no memory of their own. */
static struct gateway_world *here;
static void (*ask_master)(struct transport *, const struct call *, struct reply *);

static const char *key_of(const struct call *call)
{
    for (const struct header_line *line = call->headers; line != NULL; line = line->next) {
        if (strncmp(line->data, "apikey: ", 8) == 0)
            return line->data + 8;
    }
    return "";
}

static void let_through(struct gateway_world *world, const struct call *call, struct reply *reply)
{
    int reads = http_method_reads(call->method);

    world->passed++;
    world->written += !reads;
    snprintf(world->last_key, sizeof world->last_key, "%s", key_of(call));
    snprintf(
        world->last_body, sizeof world->last_body, "%.*s", (int)call->body_length,
        call->body != NULL ? (const char *)call->body : "");
    reply->status = reads ? 200 : 201;
    if (world->confirms)
        buffer_puts(&reply->headers, "Preference-Applied: tx=rollback\n");
    buffer_puts(&reply->body, reads ? "[{\"id\":1}]" : strstr(call->url, "/rpc/") ? "null" : "");
}

static void answer_tenant(struct transport *transport, const struct call *call, struct reply *reply)
{
    struct gateway_world *world = here;

    (void)transport;
    reply_clear(reply);
    reply->outcome = SUPA_ANSWERED;
    pthread_mutex_lock(&world->mutex);
    if (strcmp(key_of(call), world->good) == 0) {
        let_through(world, call, reply);
    } else {
        world->refused++;
        reply->status = 401;
        buffer_puts(&reply->body, "{\"message\":\"Invalid API key\"}");
    }
    pthread_mutex_unlock(&world->mutex);
    if (buffer_failed(&reply->body) || buffer_failed(&reply->headers))
        reply->code = SUPA_ERROR_NO_MEMORY;
}

static void answer_master(struct transport *transport, const struct call *call, struct reply *reply)
{
    struct gateway_world *world = here;

    ask_master(transport, call, reply);
    pthread_mutex_lock(&world->mutex);
    if (world->gated &&
        (strstr(call->url, "store_id=eq.") != NULL || strstr(call->url, "hostname=eq.") != NULL)) {
        world->at_gate++;
        pthread_cond_broadcast(&world->changed);
        while (world->gated)
            pthread_cond_wait(&world->changed, &world->mutex);
    }
    pthread_mutex_unlock(&world->mutex);
}

void gateway_world_start(struct gateway_world *world, size_t stores)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    memset(world, 0, sizeof *world);
    here = world;
    pthread_mutex_init(&world->mutex, NULL);
    pthread_cond_init(&world->changed, NULL);
    strcpy(world->good, "key-1");
    world->confirms = 1;
    fake_start(&world->master);
    for (size_t i = 0; i < stores; i++)
        fake_put_store(&world->master, i, 1);
    ask_master = world->master.transport.perform;
    world->master.transport.perform = answer_master;
    world->tenants = world->master.transport;
    world->tenants.perform = answer_tenant;
    options.refresh_ms = 0;
    world->manager = fake_manager(&world->master, options);
    world->manager->lookup.transport = &world->tenants;
}

void gateway_world_end(struct gateway_world *world)
{
    supa_manager_free(world->manager);
    fake_end(&world->master);
    pthread_cond_destroy(&world->changed);
    pthread_mutex_destroy(&world->mutex);
}

void gateway_world_rotate(struct gateway_world *world, size_t store, int key_number)
{
    pthread_mutex_lock(&world->master.mutex);
    fake_rotate(&world->master, store, key_number);
    pthread_mutex_unlock(&world->master.mutex);
    pthread_mutex_lock(&world->mutex);
    snprintf(world->good, sizeof world->good, "key-%d", key_number);
    pthread_mutex_unlock(&world->mutex);
}

supa_client *gateway_world_lease(struct gateway_world *world, size_t store)
{
    char id[40];
    supa_client *client = supa_manager_lease(world->manager, fake_store(store, id), NULL);

    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    return client;
}

void gateway_world_await(struct gateway_world *world, size_t lookups)
{
    struct timespec limit;
    int result = 0;

    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 60; /* a machine may have other work */
    pthread_mutex_lock(&world->mutex);
    while (world->at_gate < lookups && result == 0)
        result = pthread_cond_timedwait(&world->changed, &world->mutex, &limit);
    pthread_mutex_unlock(&world->mutex);
    CU_ASSERT_EQUAL(result, 0);
}

void gateway_world_hold(struct gateway_world *world)
{
    pthread_mutex_lock(&world->mutex);
    world->gated = 1;
    world->at_gate = 0;
    pthread_mutex_unlock(&world->mutex);
}

void gateway_world_open(struct gateway_world *world)
{
    pthread_mutex_lock(&world->mutex);
    world->gated = 0;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->mutex);
}
