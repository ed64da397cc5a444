/* SPDX-License-Identifier: MIT */
#include "manager/scope_options.h"

#include "base/error.h"
#include "manager/ownership.h"
#include "manager/platform_scope.h"

#include <string.h>

static int is_mode(int32_t mode)
{
    return mode >= SUPA_SCOPE_OFF && mode <= SUPA_SCOPE_ENFORCE;
}

static int is_mode_of_unlisted(int32_t mode)
{
    return is_mode(mode) || mode == SUPA_SCOPE_INHERIT;
}

static int check(const supa_manager_options *options, supa_error *error)
{
    const int has_file = options->scope_file != NULL, has_text = options->scope_text != NULL;

    if (options->scope < SUPA_SCOPE_NONE || options->scope > SUPA_SCOPE_FILE)
        return error_argument(error, "the manager's scope is none of supa_scope_kind");
    if (options->scope == SUPA_SCOPE_FILE && has_file == has_text)
        return error_argument(
            error, "SUPA_SCOPE_FILE needs one of scope_file and scope_text, and not both");
    if (options->scope != SUPA_SCOPE_FILE && (has_file || has_text))
        return error_argument(
            error, "scope_file and scope_text are for SUPA_SCOPE_FILE, and the scope is another");
    if (!is_mode(options->scope_mode))
        return error_argument(error, "scope_mode is none of off, warn and enforce");
    if (!is_mode_of_unlisted(options->scope_unknown) ||
        !is_mode_of_unlisted(options->scope_functions))
        return error_argument(error, "scope_unknown or scope_functions is none of supa_scope_mode");
    return SUPA_OK;
}

static struct scope *make(const supa_manager_options *options, supa_error *error)
{
    struct scope *scope;

    if (options->scope == SUPA_SCOPE_FILE && options->scope_file != NULL)
        return ownership_read_file(options->scope_file, error);
    if (options->scope == SUPA_SCOPE_FILE)
        return ownership_read(options->scope_text, strlen(options->scope_text), error);
    scope = scope_new("platform", &platform_tables, &platform_functions);
    if (scope == NULL)
        error_no_memory(error);
    return scope;
}

int scope_of_options(struct scope **out, const supa_manager_options *options, supa_error *error)
{
    int code = check(options, error);
    struct scope *scope;

    *out = NULL;
    if (code != SUPA_OK || options->scope == SUPA_SCOPE_NONE)
        return code;
    *out = scope = make(options, error);
    if (scope == NULL)
        return -1;
    atomic_store(&scope->mode, (unsigned char)options->scope_mode);
    atomic_store(
        &scope->tables.entries[scope->tables.count].mode, (unsigned char)options->scope_unknown);
    atomic_store(
        &scope->functions.entries[scope->functions.count].mode,
        (unsigned char)options->scope_functions);
    return SUPA_OK;
}
