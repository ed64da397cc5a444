/* SPDX-License-Identifier: MIT */
#ifndef MANAGER_PLATFORM_SCOPE_H
#define MANAGER_PLATFORM_SCOPE_H

#include "query/scope.h"

/* Sorted by name. Four tables have two owners: they are the master's, and each tenant has a copy. */
extern const struct scope_list platform_tables;
extern const struct scope_list platform_functions;

#endif
