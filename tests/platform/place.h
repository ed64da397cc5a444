/* SPDX-License-Identifier: MIT */
/* What the platform's tests share: one manager, small questions, and places that answer badly. */
#ifndef PLATFORM_PLACE_H
#define PLATFORM_PLACE_H

#include "live/stack.h"
#include "main.h"

#include <supa/platform.h>

#define PRODUCT_ID  "9d0d0000-0000-4000-8000-000000000001"
#define CATEGORY_ID "ca7e0000-0000-4000-8000-000000000001"
#define CUSTOMER_ID "c0570000-0000-4000-8000-000000000001"
#define OWNER_1     "05e70000-0000-4000-8000-000000000001"
#define OWNER_2     "05e70000-0000-4000-8000-000000000002"
#define OWNER_3     "05e70000-0000-4000-8000-000000000003"
#define NOBODY      "5f0e0000-0000-4000-8000-00000000ffff"

/* The manager that the suites share; ended by the last suite. */
supa_manager *place_manager(void);
supa_client *place_master(void);
void place_end(void);

/* Whether the response failed with this code; says what came otherwise. Ends it. */
int place_failed(supa_response *response, supa_code code);
/* Whether it succeeded with so many rows; ends it. */
int place_rows(supa_response *response, size_t rows);
/* Whether its one row has this text in this column; ends it. */
int place_text(supa_response *response, const char *column, const char *want);
/* One column of one row of the master, as text, in a buffer that the next call uses again. */
const char *place_value(const char *table, const char *key, const char *id, const char *column);
/* How many rows of the master's table match. */
int64_t place_count(const char *table, const char *column, const char *op, const char *text);

/* Credentials in JSON, in a buffer that the next call uses again. */
const char *place_credentials(const char *url, const char *key, const char *schema);
/* Those of tenant @n as they are. */
const char *place_good_credentials(int n);

/* A port that takes connections and never answers; close it. Its URL goes to @url. */
int place_silence(char *url, size_t size);

#endif
