/* SPDX-License-Identifier: MIT */
/* An ownership file, made of what the master and a tenant say they have. */
#ifndef TOOL_OWNERSHIP_H
#define TOOL_OWNERSHIP_H

#include "session.h"

/* Prints it. 0, or an exit status and the trouble is told. */
int ownership_print(struct session *session);

#endif
