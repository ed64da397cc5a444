/* SPDX-License-Identifier: MIT */
/* A cancel token from within: whoever waits polls its descriptor beside what it waits for. */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <stdint.h>
#include <supa/cancel.h>

/* Readable from the moment the token fires, for ever. Not to be read. −1 for NULL. */
int cancel_descriptor(const supa_cancel *cancel);

/* Sleeps until @until_us on base/clock or until the token (or NULL) fires: 1 when it has fired. */
int cancel_sleep(const supa_cancel *cancel, int64_t until_us);

#endif
