/* SPDX-License-Identifier: MIT */
/* The stores of the soak: rows in the real master, with products in the stack's tenants. */
#ifndef SOAK_TOWN_H
#define SOAK_TOWN_H

#include <supa/platform.h>

enum { TOWN_STORES = 24, TOWN_TENANTS = 3 };

/* The id of a store by its number, and the slug of its only product. */
const char *town_store(int number, char out[40]);
const char *town_slug(int number, char out[40]);
/* The tenant, from 1, that its rows are in. */
int town_tenant(int number);

/* Puts stores, products and the table of entries there; ends the program when that fails. */
void town_build(supa_manager *manager);
/* Puts a store's database into the registry. */
int town_put(supa_manager *manager, int number, supa_error *error);
/* A manager of its own: each has its own cache, as another process would. */
supa_manager *town_manager(void);

#endif
