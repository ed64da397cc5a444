/* SPDX-License-Identifier: MIT */
/* Scenarios: what is done while each allocation in turn fails. */
#ifndef SWEEP_SWEEP_H
#define SWEEP_SWEEP_H

#include "server.h"

#include <stddef.h>
#include <supa/supa.h>

#define SWEEP_STORE "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2"
#define SWEEP_OTHER "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c3"
#define SWEEP_USER  "05e70000-0000-4000-8000-000000000001"
#define SWEEP_PLAIN                                                                                \
    "{\"projectUrl\":\"http://127.0.0.1\",\"serviceRoleKey\":\"tenant-key\",\"restPath\":\"/t\"}"
#define SWEEP_KEY "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/* What a scenario that succeeded with something else than it should returns. */
enum { SWEEP_WRONG = -1 };

/* What a scenario finds; made while nothing fails, and ended after it. */
struct place {
    supa_client *client;   /* with a client */
    supa_keyring *keyring; /* with a manager: two keys and one of version 1 */
    supa_manager *manager; /* its master and the tenant of SWEEP_STORE are the server */
    supa_client *lease;    /* with a lease: of SWEEP_STORE, which is then cached */
    int64_t now_us;        /* the manager's time */
    char envelope[1024];   /* SWEEP_STORE's */
    char sealed_v1[1024];  /* the same in version 1, or "" */
};

enum needs { NEEDS_NOTHING, NEEDS_CLIENT, NEEDS_MANAGER, NEEDS_LEASE };

enum sweep_flags {
    SWEEP_FLOW = 1, /* several requests, of which an error tells about one */
    /* libcurl 7.88 divides by zero in curl_multi_socket_action once an allocation of its table of sockets has
     * failed: only in this form of use, and nothing that its caller could prevent */
    SWEEP_NOT_CURL = 2
};

struct scenario {
    const char *name;
    enum needs needs;
    /* SUPA_OK, SWEEP_WRONG, or the code of the failure with @error filled in. */
    int (*run)(struct place *place, supa_error *error);
    const struct server_answer *answers;
    int writes; /* that a success sends */
    int flags;
};

struct scenarios {
    const char *name;
    const struct scenario *all;
    size_t count;
};
extern const struct scenarios sweep_queries, sweep_asks, sweep_many, sweep_managers,
    sweep_platforms, sweep_keys;

#define SCENARIOS(label, table)                                                                    \
    {                                                                                              \
        label, table, sizeof(table) / sizeof(table)[0]                                             \
    }

#define SWEEP_JSON(match, body)                                                                    \
    {                                                                                              \
        match, 200, NULL, body                                                                     \
    }
#define SWEEP_END                                                                                  \
    {                                                                                              \
        NULL, 0, NULL, NULL                                                                        \
    }

void place_start(struct place *place, enum needs needs);
/* What the scenario and the place's own registry answer. */
void place_answer(struct place *place, const struct server_answer *answers);
/* The manager's time goes on by some seconds. */
void place_wait(struct place *place);
void place_end(struct place *place);

/* Ends a response: its code with @error filled in; SWEEP_WRONG when it has not that many rows. */
int sweep_rows(supa_response *response, size_t rows, supa_error *error);

#endif
