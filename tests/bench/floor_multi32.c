/* SPDX-License-Identifier: MIT */
/* The small GET with 32 (or SIZE) in flight on one thread: perform and poll. */
#include "bare.h"
#include "oracle.h"
#include "side.h"
#include "sum.h"

#include <stdio.h>
#include <stdlib.h>

struct slot {
    CURL *easy;
    struct bare_body body;
};

static CURLM *multi;
static struct slot *slots;
static long in_flight, asked, answered, wanted;
static struct oracle oracle;

static void ask(struct slot *slot)
{
    char url[256];

    snprintf(url, sizeof url, "%s/one?select=*&id=eq.%ld", bare_base(), 1 + asked++ % 10000);
    slot->body.length = 0;
    curl_easy_setopt(slot->easy, CURLOPT_URL, url);
    curl_multi_add_handle(multi, slot->easy);
}

static void finish(const CURLMsg *message)
{
    struct slot *slot = NULL;
    char *private = NULL;

    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    slot = (struct slot *)(void *)private;
    bare_check(slot->easy, message->data.result, 200);
    if (slot->body.length != oracle.bytes ||
        sum_text(0, slot->body.text, slot->body.length) != oracle.bytes_sum)
        side_fail("another answer than one.json");
    curl_multi_remove_handle(multi, slot->easy);
    answered++;
    if (asked < wanted)
        ask(slot);
}

static void run_multi(long count)
{
    int running, left;
    CURLMsg *message;

    asked = answered = 0;
    wanted = count;
    for (long i = 0; i < in_flight && asked < wanted; i++)
        ask(&slots[i]);
    while (answered < wanted) {
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left)) != NULL)
            finish(message);
        if (answered < wanted)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
}

static void open_multi(long size)
{
    struct bare bare;
    char url[256];

    in_flight = size > 0 ? size : 32;
    oracle = oracle_of("one");
    bare_open(&bare);
    snprintf(url, sizeof url, "%s/one?select=*&id=eq.1", bare_base());
    bare_tell_sent(&bare, url, 200);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2 * in_flight);
    slots = calloc((size_t)in_flight, sizeof *slots);
    for (long i = 0; i < in_flight; i++) {
        slots[i].easy = bare_handle(&slots[i].body);
        curl_easy_setopt(slots[i].easy, CURLOPT_PRIVATE, &slots[i]);
    }
    run_multi(in_flight);
}

const struct side side_multi32 = {"multi32", open_multi, run_multi};
