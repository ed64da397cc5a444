/* SPDX-License-Identifier: MIT */
/* A world without a network: a client over a transport that remembers what it was given and answers
 * from a list. */
#ifndef UNIT_WORLD_H
#define UNIT_WORLD_H

#include "client_internal.h"
#include "transport/transport.h"

#include <stddef.h>
#include <supa/client.h>
#include <supa/query.h>

#define WORLD_URL    "https://db.example.com"
#define WORLD_PREFIX WORLD_URL "/rest/v1/"
#define WORLD_KEY    "service-key-0123456789abcdef"
#define WORLD_STORE  "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2"
#define WORLD_OTHER  "00000000-1111-4222-8333-444444444444"

/* One scripted answer, or a failure when the code is not SUPA_OK. */
struct script {
    int status;
    const char *headers; /* "Name: value\n" each; NULL for none */
    const char *body;    /* NULL for none */
    supa_code code;
    supa_outcome outcome;
};

struct world {
    struct transport transport; /* the first: it is the fake */
    supa_client *client;
    const struct script *answers; /* in turn; behind the last one "200 []" */
    size_t answer_count;
    size_t calls;
    /* The last call. */
    char method[16];
    char url[16384];
    char headers[16384]; /* "Name: value\n" each */
    char body[4096];     /* the one that is read as it is sent, too */
    int has_body;
    int64_t read_size;   /* what was said of that one's length; 0 when there was none */
    int64_t deadline_us; /* 0: none */
    size_t waits;        /* between attempts */
    int64_t waited_us;   /* the last of them */
    char trail[4096];    /* all calls since world_answer: "METHOD URL\n" each */
};

/* A client of a side, with the platform's tables for the master's and the tenant's. */
void world_start(struct world *world, supa_side side);
/* The same with options of the caller's. The client is NULL when they are refused. */
void world_start_with(
    struct world *world, supa_side side, const supa_client_options *options, supa_error *error);
void world_end(struct world *world);
/* The next calls get these answers. */
void world_answer(struct world *world, const struct script *answers, size_t count);

/* The options that world_start uses. */
supa_client_options world_options(void);
/* 1 when the last call had this very header line. */
int world_sent(const struct world *world, const char *line);
/* 1 when both are the same; else says on stderr what came. */
int world_same(const char *got, const char *expected);
/* 1 when @text holds @part; else says on stderr what came. */
int world_holds(const char *text, const char *part);

/* From now on the @nth allocation fails, from 1; 0: none does. */
void world_fail_at(size_t nth);
/* 1 when it came to that. The allocations work again from here on. */
int world_failed(void);

#endif
