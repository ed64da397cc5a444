/* SPDX-License-Identifier: MIT */
#include "platform_world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define CREDENTIALS "{\"projectUrl\":\"https://t.example.com\",\"serviceRoleKey\":\"tenant-key\"}"

static supa_manager *new_manager(void)
{
    static const unsigned char key[SUPA_KEY_BYTES] = {1, 2, 3};
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_client_options master = world_options();
    supa_keyring *keyring = supa_keyring_new(NULL);
    supa_manager *manager;

    supa_keyring_add(keyring, "k1", key, sizeof key, NULL);
    options.master = &master;
    options.keyring = keyring;
    options.scope = SUPA_SCOPE_PLATFORM;
    manager = supa_manager_new(&options, NULL);
    supa_keyring_free(keyring);
    return manager;
}

char *platform_envelope(struct platform_world *place)
{
    return supa_envelope_seal(
        supa_manager_keyring(place->manager), "supabase", WORLD_STORE, CREDENTIALS,
        strlen(CREDENTIALS), NULL);
}

static void lease(struct platform_world *place)
{
    char *envelope = platform_envelope(place), body[1024];
    struct script found = {200, "Content-Type: application/json\n", body, SUPA_OK, SUPA_ANSWERED};

    snprintf(
        body, sizeof body,
        "[{\"database_type\":\"supabase\",\"connection_string_encrypted\":\"%s\","
        "\"is_active\":true,\"stores\":{\"status\":\"active\",\"is_active\":true}}]",
        envelope);
    supa_text_free(envelope);
    world_answer(&place->world, &found, 1);
    place->tenant = supa_manager_lease(place->manager, WORLD_STORE, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(place->tenant);
    world_answer(&place->world, NULL, 0);
}

void platform_start(struct platform_world *place)
{
    supa_client *master;

    world_start(&place->world, SUPA_SIDE_MASTER);
    place->manager = new_manager();
    CU_ASSERT_PTR_NOT_NULL_FATAL(place->manager);
    master = supa_manager_master(place->manager);
    place->given[0] = master->transport;
    master->transport = &place->world.transport;
    lease(place);
    place->given[1] = place->tenant->transport;
    place->tenant->transport = &place->world.transport;
}

void platform_end(struct platform_world *place)
{
    supa_manager_master(place->manager)->transport = place->given[0];
    place->tenant->transport = place->given[1];
    supa_client_unref(place->tenant);
    supa_manager_free(place->manager);
    world_end(&place->world);
}
