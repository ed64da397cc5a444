/* SPDX-License-Identifier: MIT */
/*
 * Where the servers and keys are: the config file's section [default], the environment, the section
 * that --profile or SUPA_PROFILE names, the command line; what comes later goes before.
 */
#ifndef TOOL_SETTINGS_H
#define TOOL_SETTINGS_H

#include "options.h"

enum setting {
    SETTING_MASTER_URL,
    SETTING_MASTER_KEY,
    SETTING_KEYRING_FILE,
    SETTING_KEYRING,
    SETTING_ENCRYPTION_KEY,
    SETTING_URL,
    SETTING_KEY,
    SETTING_REST_PATH,
    SETTING_SCHEMA,
    SETTING_CA_FILE,
    SETTING_SCOPE,
    SETTING_SCOPE_FILE,
    SETTING_ALLOW_PLAIN_HTTP,
    SETTING_ALLOW_PRIVATE,
    SETTING_STORE,
    SETTINGS
};

/* Where a value stands; a later source goes before an earlier one. */
enum source { SOURCE_NONE, SOURCE_DEFAULT, SOURCE_ENVIRONMENT, SOURCE_PROFILE, SOURCE_FLAG };

struct settings {
    char *values[SETTINGS]; /* NULL: not set */
    enum source sources[SETTINGS];
    char *path, *profile;    /* the config file, and the section that was named in it; or NULL */
    char *origins[SETTINGS]; /* settings_origin's */
};

/* 0, or an exit status and the mistake is told. */
int settings_read(struct settings *settings, const struct options *options);
void settings_free(struct settings *settings);

/* Its name in the config file, and in the environment. */
const char *setting_name(enum setting setting);
const char *setting_variable(enum setting setting);

/* Where its value stands: "SUPA_KEY of the environment", "--key", "key in FILE, [default]"; or "". */
const char *settings_origin(struct settings *settings, enum setting setting);

/* 1 for "1", 0 for "0" and for nothing. */
int setting_is_on(const struct settings *settings, enum setting setting);

#endif
