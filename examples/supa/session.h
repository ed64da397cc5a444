/* SPDX-License-Identifier: MIT */
/* What a command talks through: the settings, and the manager and clients that are made of them. */
#ifndef TOOL_SESSION_H
#define TOOL_SESSION_H

#include "options.h"
#include "settings.h"

#include <supa/supa.h>

struct session {
    const struct options *options;
    struct settings settings;
    supa_manager *manager; /* NULL until session_manager */
    char store_id[40];     /* the store of session_client, or "" */
};

/* 0, or an exit status and the trouble is told; so below. */
int session_begin(struct session *session, const struct options *options);
void session_end(struct session *session);

/* The manager, made when it is first asked for. */
int session_manager(struct session *session);

/* The keyring that the settings name, for supa_keyring_free. */
int session_keyring(const struct session *session, supa_keyring **keyring, supa_error *error);

/*
 * Whom the command speaks to, for supa_client_unref: the tenant of --store or --host, the server of
 * --url, or the master. Of a store and a server the one whose source goes before.
 */
int session_client(struct session *session, supa_client **client);

/* Whether that is the server of --url. */
int session_is_plain(struct session *session, int *is_plain);

/*
 * Tells the error of a query of @client's, and of a table in no list also which ones the server has
 * that are named like it. Returns the error's status.
 */
int session_tell(supa_client *client, const char *relation, const supa_error *error);

/* The id of the store with this id or slug. */
int session_store_id(struct session *session, const char *store, char id[40]);

/* Options of clients as the settings have them, without URL and key. */
int session_options(const struct session *session, supa_client_options *options);

#endif
