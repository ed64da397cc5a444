/* SPDX-License-Identifier: MIT */
/* The scope that a manager's options ask for. */
#ifndef MANAGER_SCOPE_OPTIONS_H
#define MANAGER_SCOPE_OPTIONS_H

#include "query/scope.h"

#include <supa/manager.h>

/* Leaves a reference of the caller's in @out, or NULL for no scope. 0, or the code with @error filled
 * in. */
int scope_of_options(struct scope **out, const supa_manager_options *options, supa_error *error);

#endif
