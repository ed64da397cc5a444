/* SPDX-License-Identifier: MIT */
/* What became of each write, by the word of the client, to be held against what the databases hold. */
#ifndef SOAK_LEDGER_H
#define SOAK_LEDGER_H

#include <stddef.h>
#include <stdint.h>
#include <supa/error.h>

enum fate { FATE_NONE, FATE_BEGUN, FATE_WRITTEN, FATE_FAILED, FATE_UNKNOWN };

/* One worker's writes, by their numbers; its own, without a lock. */
struct ledger {
    uint8_t *fates; /* a fate each */
    size_t size, count;
};

struct ledger_sum {
    int64_t begun, written, failed, unknown;
    int64_t open;    /* nobody was told what became of them */
    int64_t missing; /* told as written, and not there */
    int64_t twice;   /* there more than once */
    int64_t ghosts;  /* told as failed, and there */
    int64_t arrived; /* of the unknown ones */
};

/* All memory is there from the start, so that what grows later is not the test's. */
int ledger_begin(struct ledger *ledger, size_t size);
void ledger_free(struct ledger *ledger);
/* The next write's number, or −1 when the book is full. */
int64_t ledger_next(struct ledger *ledger);
/* What the client said of it. */
void ledger_settle(struct ledger *ledger, int64_t number, const supa_error *error);

/* Reads "worker TAB number TAB times" lines, of the rows that are there, into the sum. @count ledgers. */
void ledger_compare(
    struct ledger *ledgers, size_t count, const char *command, struct ledger_sum *sum);
/* After all databases were compared: what nobody found. */
void ledger_close(struct ledger *ledgers, size_t count, struct ledger_sum *sum);

#endif
