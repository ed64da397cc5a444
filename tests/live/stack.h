/* SPDX-License-Identifier: MIT */
/* The real servers, as tests see them. tests/live/run.sh starts them and sets the environment. */
#ifndef LIVE_STACK_H
#define LIVE_STACK_H

#include <stddef.h>
#include <supa/supa.h>

/* A variable of the stack's environment; the program ends when it is not set. */
const char *stack_value(const char *name);
/* Tenant @n's variable: STACK_TENANT_n_@what. */
const char *stack_tenant_value(int n, const char *what);
/* The id of good store @n, from 1. */
const char *stack_store(int n);

/* Options for the stack's servers: plain http on loopback. */
supa_client_options stack_options(const char *url, const char *key);
/* A client of tenant @n's own key, outside of any manager. */
supa_client *stack_tenant(int n);
/* A manager from the environment. */
supa_manager *stack_manager(void);

/* Lines of the gateway's log that contain both texts. */
size_t stack_requests(const char *project, const char *text);

/* Runs SQL in a database of the stack, as its superuser. */
void stack_sql(const char *database, const char *sql);

/* The getters, for values that must be there. */
int stack_text_is(supa_row row, const char *column, const char *want);
int stack_decimal_is(supa_row row, const char *column, const char *want);

#endif
