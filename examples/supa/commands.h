/* SPDX-License-Identifier: MIT */
/* The commands. Each returns an exit status and has told its trouble. */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H

#include "session.h"

int command_get(struct session *session);
int command_insert(struct session *session);
int command_update(struct session *session);
int command_upsert(struct session *session);
int command_delete(struct session *session);
int command_rpc(struct session *session);
int command_export(struct session *session);
int command_import(struct session *session);
int command_each(struct session *session);

int command_stores(struct session *session);
int command_resolve(struct session *session);
int command_scope(struct session *session);
int command_rekey(struct session *session);
int command_keygen(struct session *session);
int command_seal(struct session *session);
int command_open(struct session *session);
int command_doctor(struct session *session);

#endif
