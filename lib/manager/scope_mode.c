/* SPDX-License-Identifier: MIT */
/* The modes of a manager's scope, at run time. The scope is found at the master's client, which has it
 * as all others. */
#include "base/error.h"
#include "client_internal.h"
#include "query/scope.h"

#include <string.h>
#include <supa/manager.h>

#define FUNCTION "rpc/"

static struct scope *scope_of(supa_manager *manager)
{
    supa_client *master = supa_manager_master(manager);

    return master != NULL ? master->target.scope : NULL;
}

/* The list that a name is looked for in; the name in it is left in @name. */
static struct scope_names *names_of(struct scope *scope, const char **name)
{
    if (strncmp(*name, FUNCTION, strlen(FUNCTION)) != 0)
        return &scope->tables;
    *name += strlen(FUNCTION);
    return &scope->functions;
}

/* The entry of this very name, a pattern's included; NULL when there is none. */
static struct scope_entry *find_listed(struct scope *scope, const char *name)
{
    struct scope_names *names = names_of(scope, &name);

    if (strcmp(name, "*") == 0)
        return &names->entries[names->count];
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->entries[i].name, name) == 0)
            return &names->entries[i];
    }
    return NULL;
}

int supa_scope_set(
    supa_manager *manager, const char *table, supa_scope_mode mode, supa_error *error)
{
    struct scope *scope = scope_of(manager);
    struct scope_entry *entry;

    error_clear(error);
    if (scope == NULL)
        return error_argument(error, "supa_scope_set: the manager is NULL or has no scope");
    if (mode < SUPA_SCOPE_OFF || mode > SUPA_SCOPE_INHERIT ||
        (mode == SUPA_SCOPE_INHERIT && table == NULL))
        return error_argument(error, "supa_scope_set: the mode is none that can be set here");
    if (table == NULL) {
        atomic_store(&scope->mode, (unsigned char)mode);
        return SUPA_OK;
    }
    entry = find_listed(scope, table);
    if (entry == NULL)
        return error_argument(error, "supa_scope_set: \"%.64s\" is in no list", table);
    atomic_store(&entry->mode, (unsigned char)mode);
    return SUPA_OK;
}

supa_scope_mode supa_scope_get(supa_manager *manager, const char *table)
{
    struct scope *scope = scope_of(manager);
    struct scope_names *names;
    const struct scope_entry *entry;

    if (scope == NULL)
        return SUPA_SCOPE_OFF;
    if (table == NULL)
        return (supa_scope_mode)atomic_load(&scope->mode);
    entry = find_listed(scope, table);
    if (entry == NULL) {
        names = names_of(scope, &table);
        entry = scope_find(names, table, strlen(table));
    }
    return scope_mode_of(scope, entry);
}
