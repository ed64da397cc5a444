/* SPDX-License-Identifier: MIT */
/* A master without a network and its tenants' gateway, which refuses all keys but one. What comes through
 * is kept. */
#ifndef UNIT_GATEWAY_WORLD_H
#define UNIT_GATEWAY_WORLD_H

#include "fake_tables.h"

#include <pthread.h>

struct gateway_world {
    struct fake_tables master; /* the first: the master's transport */
    struct transport tenants;
    supa_manager *manager;
    pthread_mutex_t mutex;
    char good[32];          /* the key that is let through: "key-2" */
    size_t refused, passed; /* calls of tenants */
    size_t written;         /* of those that passed, writes */
    char last_key[32];      /* of the last call that passed */
    char last_body[256];
    int confirms; /* rollbacks */
    pthread_cond_t changed;
    int gated; /* lookups of stores and hosts wait, with what the master has told them */
    size_t at_gate;
};

/* Stores 0 to @stores − 1, all with key 1, which is let through. */
void gateway_world_start(struct gateway_world *world, size_t stores);
/* The manager is freed, if it is there still. */
void gateway_world_end(struct gateway_world *world);
/* The store's key on the master becomes this one, and the only one that the gateway takes. */
void gateway_world_rotate(struct gateway_world *world, size_t store, int key_number);
supa_client *gateway_world_lease(struct gateway_world *world, size_t store);
/* From now on lookups are held at the gate; waits until so many are there; opens it. */
void gateway_world_hold(struct gateway_world *world);
void gateway_world_await(struct gateway_world *world, size_t lookups);
void gateway_world_open(struct gateway_world *world);

#endif
