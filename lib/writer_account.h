/* SPDX-License-Identifier: MIT */
/* The account of a bulk write: which rows went which way. */
#ifndef WRITER_ACCOUNT_H
#define WRITER_ACCOUNT_H

#include <supa/writer.h>

/* Zeros are an empty one. */
struct account {
    supa_writer_range *ranges; /* in the order of their rows; neighbours differ */
    size_t count, capacity;
};

/* Room for @further ranges, so that as many calls of account_note need no memory. 0, or −1 when it is
 * gone. */
int account_reserve(struct account *account, size_t further);
/* Notes rows that are in no range yet. There has to be room. */
void account_note(struct account *account, const supa_writer_range *range);
/* Hands all of it to the report, and adds it up. */
void account_report(struct account *account, supa_writer_report *report);
void account_free(struct account *account);

#endif
