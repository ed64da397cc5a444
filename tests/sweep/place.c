/* SPDX-License-Identifier: MIT */
#include "sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect(const void *made, const char *what)
{
    if (made != NULL)
        return;
    fprintf(stderr, "there is no %s to sweep with\n", what);
    exit(1);
}

static supa_client_options options_of(const char *key)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = server_url();
    options.key = key;
    options.allow_plain_http = 1;
    options.allow_private = 1;
    options.retries = 0;
    return options;
}

static void start_client(struct place *place)
{
    supa_client_options options = options_of("a-key-for-tests");

    place->client = supa_client_new(&options, NULL);
    expect(place->client, "client");
}

/* The server's port is not known before it runs. */
static void seal(struct place *place)
{
    char plain[256], *text;

    snprintf(
        plain, sizeof plain,
        "{\"projectUrl\":\"%s\",\"serviceRoleKey\":\"tenant-key\",\"restPath\":\"/t\"}",
        server_url());
    text = supa_envelope_seal(place->keyring, "supabase", SWEEP_STORE, plain, strlen(plain), NULL);
    expect(text, "envelope");
    snprintf(place->envelope, sizeof place->envelope, "%s", text);
    supa_text_free(text);
    text = supa_envelope_seal_as(
        place->keyring, SUPA_ENVELOPE_V1, "supabase", SWEEP_STORE, plain, strlen(plain), NULL);
    snprintf(place->sealed_v1, sizeof place->sealed_v1, "%s", text != NULL ? text : "");
    supa_text_free(text);
}

static int64_t now(void *user)
{
    return ((struct place *)user)->now_us;
}

void place_wait(struct place *place)
{
    place->now_us += 2000000;
}

static void start_manager(struct place *place)
{
    static const unsigned char key[SUPA_KEY_BYTES] = {4, 5, 6};
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_client_options master = options_of("a-master-key"), tenant = SUPA_CLIENT_OPTIONS_INIT;

    place->now_us = 1000000;
    place->keyring = supa_keyring_from_text(SWEEP_KEY, NULL);
    expect(place->keyring, "keyring");
    supa_keyring_add_v1(place->keyring, key, sizeof key, NULL);
    seal(place);
    tenant.allow_plain_http = 1;
    tenant.retries = 0;
    options.master = &master;
    options.tenant = &tenant;
    options.keyring = place->keyring;
    options.scope = SUPA_SCOPE_PLATFORM;
    options.allow_private = 1;
    options.refresh_ms = 0;
    options.clock = now;
    options.clock_user = place;
    place->manager = supa_manager_new(&options, NULL);
    expect(place->manager, "manager");
}

void place_start(struct place *place, enum needs needs)
{
    memset(place, 0, sizeof *place);
    if (needs == NEEDS_CLIENT)
        start_client(place);
    if (needs >= NEEDS_MANAGER)
        start_manager(place);
    if (needs < NEEDS_LEASE)
        return;
    place_answer(place, NULL);
    place->lease = supa_manager_lease(place->manager, SWEEP_STORE, NULL);
    expect(place->lease, "lease");
}

/* The row of the registry by which a store is leased, and by which its credentials are replaced; then the
 * scenario's own. */
void place_answer(struct place *place, const struct server_answer *answers)
{
    static struct server_answer all[16];
    static char row[2048];
    size_t count = 0;

    snprintf(
        row, sizeof row,
        "[{\"store_id\":\"" SWEEP_STORE "\",\"database_type\":\"supabase\","
        "\"connection_string_encrypted\":\"%s\",\"is_active\":true,"
        "\"stores\":{\"status\":\"active\",\"is_active\":true}}]",
        place->envelope);
    for (; answers != NULL && answers->match != NULL && count < 14; answers++)
        all[count++] = *answers;
    if (place->manager != NULL)
        all[count++] = (struct server_answer){"GET /rest/v1/store_databases?", 200, NULL, row};
    all[count] = (struct server_answer){NULL, 0, NULL, NULL};
    server_answer(all);
}

void place_end(struct place *place)
{
    supa_client_unref(place->lease);
    supa_manager_free(place->manager);
    supa_keyring_free(place->keyring);
    supa_client_unref(place->client);
}

int sweep_rows(supa_response *response, size_t rows, supa_error *error)
{
    const supa_error *cause = supa_response_error(response);
    int code = SUPA_OK;

    if (cause != NULL) {
        *error = *cause;
        code = cause->code;
    } else if (supa_response_row_count(response) != rows) {
        code = SWEEP_WRONG;
    }
    supa_response_free(response);
    return code;
}
