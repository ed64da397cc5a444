/* SPDX-License-Identifier: MIT */
#include "soak/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOUND 0x80 /* beside a fate: a row of it was there */

int ledger_begin(struct ledger *ledger, size_t size)
{
    ledger->fates = malloc(size);
    ledger->size = size;
    ledger->count = 0;
    if (ledger->fates != NULL)
        memset(ledger->fates, FATE_NONE, size);
    return ledger->fates != NULL ? 0 : -1;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->fates);
}

int64_t ledger_next(struct ledger *ledger)
{
    if (ledger->count == ledger->size)
        return -1;
    ledger->fates[ledger->count] = FATE_BEGUN;
    return (int64_t)ledger->count++;
}

/* An answer of success was success, also when the rest of it could not be read. */
static enum fate fate_of(const supa_error *error)
{
    if (error->code == SUPA_OK)
        return FATE_WRITTEN;
    if (error->outcome == SUPA_UNKNOWN)
        return FATE_UNKNOWN;
    return error->outcome == SUPA_ANSWERED && error->http_status >= 200 && error->http_status < 300
               ? FATE_WRITTEN
               : FATE_FAILED;
}

void ledger_settle(struct ledger *ledger, int64_t number, const supa_error *error)
{
    ledger->fates[number] = (uint8_t)fate_of(error);
}

static void compare(struct ledger *ledger, size_t number, long times, struct ledger_sum *sum)
{
    const enum fate fate = ledger->fates[number] & ~FOUND;

    if (times > 1 || (ledger->fates[number] & FOUND) != 0)
        sum->twice++;
    if (fate == FATE_FAILED)
        sum->ghosts++;
    if (fate == FATE_UNKNOWN)
        sum->arrived++;
    ledger->fates[number] |= FOUND;
}

void ledger_compare(
    struct ledger *ledgers, size_t count, const char *command, struct ledger_sum *sum)
{
    FILE *rows = popen(command, "r");
    size_t worker, number;
    long times;

    while (rows != NULL && fscanf(rows, "%zu\t%zu\t%ld", &worker, &number, &times) == 3) {
        if (worker < count && number < ledgers[worker].count)
            compare(&ledgers[worker], number, times, sum);
        else
            sum->ghosts++;
    }
    if (rows == NULL || pclose(rows) != 0) {
        fprintf(stderr, "the rows cannot be read\n");
        exit(1);
    }
}

static void close_one(const struct ledger *ledger, struct ledger_sum *sum)
{
    for (size_t i = 0; i < ledger->count; i++) {
        sum->begun++;
        switch (ledger->fates[i] & ~FOUND) {
        case FATE_WRITTEN:
            sum->written++;
            sum->missing += (ledger->fates[i] & FOUND) == 0;
            break;
        case FATE_FAILED:
            sum->failed++;
            break;
        case FATE_UNKNOWN:
            sum->unknown++;
            break;
        default:
            sum->open++;
        }
    }
}

void ledger_close(struct ledger *ledgers, size_t count, struct ledger_sum *sum)
{
    for (size_t i = 0; i < count; i++)
        close_one(&ledgers[i], sum);
}
