/* SPDX-License-Identifier: MIT */
/* What the fragments of code in the guides are about: each becomes the body of a function that has these.
 * They are compiled, and not called. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/fluent.h>
#include <supa/supa.h>

#define FRAGMENT                                                                                   \
    supa_error error;                                                                              \
    supa_row row;                                                                                  \
    supa_query *q, *first, *second;                                                                \
    supa_client *client, *shop, **shops;                                                           \
    supa_manager *manager, *enforcing, *warning;                                                   \
    const char *store_id, *product_id, *page_id, *key, *const *ids;                                \
    size_t n;                                                                                      \
    void *user;

void done(void *user, supa_response *response);
int is_pilot(const char *store_id);
