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

int command_stores_list(struct session *session);
int command_stores_show(struct session *session);
int command_stores_create(struct session *session);
int command_stores_put(struct session *session);
int command_stores_rotate(struct session *session);
int command_stores_test(struct session *session);
int command_stores_activate(struct session *session);
int command_stores_deactivate(struct session *session);
int command_stores_remove(struct session *session);
int command_stores_pending(struct session *session);
int command_doctor(struct session *session);
int command_resolve(struct session *session);
int command_scope(struct session *session);
int command_rekey(struct session *session);
int command_keygen(struct session *session);
int command_seal(struct session *session);
int command_open(struct session *session);

#endif
