/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include "fail.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *variable;
} names[SETTINGS] = {
    [SETTING_MASTER_URL] = {"master_url", "MASTER_SUPABASE_URL"},
    [SETTING_MASTER_KEY] = {"master_key", "MASTER_SUPABASE_SERVICE_KEY"},
    [SETTING_KEYRING_FILE] = {"keyring_file", "SUPA_KEYRING_FILE"},
    [SETTING_KEYRING] = {"keyring", "SUPA_KEYRING"},
    [SETTING_ENCRYPTION_KEY] = {"encryption_key", "ENCRYPTION_KEY"},
    [SETTING_URL] = {"url", "SUPA_URL"},
    [SETTING_KEY] = {"key", "SUPA_KEY"},
    [SETTING_REST_PATH] = {"rest_path", "SUPA_REST_PATH"},
    [SETTING_SCHEMA] = {"schema", "SUPA_SCHEMA"},
    [SETTING_CA_FILE] = {"ca_file", "SUPA_CA_FILE"},
    [SETTING_SCOPE] = {"scope", "SUPA_SCOPE"},
    [SETTING_SCOPE_FILE] = {"scope_file", "SUPA_SCOPE_FILE"},
    [SETTING_ALLOW_PLAIN_HTTP] = {"allow_plain_http", "SUPA_ALLOW_PLAIN_HTTP"},
    [SETTING_ALLOW_PRIVATE] = {"allow_private", "SUPA_ALLOW_PRIVATE"},
    [SETTING_STORE] = {"store", "SUPA_STORE"},
};

const char *setting_name(enum setting setting)
{
    return names[setting].name;
}

const char *setting_variable(enum setting setting)
{
    return names[setting].variable;
}

/* The option is the variable's or the file's word, in the same words. */
static void put_option(struct text *out, const char *name)
{
    text_puts(out, "--");
    for (; *name != '\0'; name++)
        text_putc(out, *name == '_' ? '-' : *name);
}

static void put_origin(struct text *out, const struct settings *settings, enum setting setting)
{
    const enum source source = settings->sources[setting];

    if (source == SOURCE_FLAG) {
        put_option(out, names[setting].name);
    } else if (source == SOURCE_ENVIRONMENT) {
        text_puts(out, names[setting].variable);
        text_puts(out, " of the environment");
    } else if (source != SOURCE_NONE) {
        text_puts(out, names[setting].name);
        text_puts(out, " in ");
        text_puts(out, settings->path);
        text_puts(out, ", [");
        text_puts(out, source == SOURCE_PROFILE ? settings->profile : "default");
        text_puts(out, "]");
    }
}

const char *settings_origin(struct settings *settings, enum setting setting)
{
    struct text origin = {0};

    if (settings->origins[setting] == NULL) {
        text_puts(&origin, "");
        put_origin(&origin, settings, setting);
        settings->origins[setting] = origin.data;
    }
    return settings->origins[setting];
}

int setting_is_on(const struct settings *settings, enum setting setting)
{
    return settings->values[setting] != NULL && strcmp(settings->values[setting], "1") == 0;
}

/* Nothing takes away what a source behind this one says. */
static void
set(struct settings *settings, enum setting setting, enum source source, const char *value,
    size_t length)
{
    if (source < settings->sources[setting])
        return;
    if (settings->values[setting] != NULL)
        explicit_bzero(settings->values[setting], strlen(settings->values[setting]));
    free(settings->values[setting]);
    settings->values[setting] = length != 0 ? copy_of(value, length) : NULL;
    settings->sources[setting] = source;
}

/* One line "name = value" of a section that counts. */
static int read_setting(
    struct settings *settings, enum source source, const char *path, int line, char *name,
    const char *value)
{
    for (int i = 0; i < SETTINGS; i++) {
        if (strcmp(names[i].name, name) != 0)
            continue;
        set(settings, (enum setting)i, source, value, strlen(value));
        return 0;
    }
    return misuse(NULL, "%s:%d: there is no setting \"%s\"", path, line, name);
}

static char *trim(char *text)
{
    size_t length;

    text += strspn(text, " \t\r");
    length = strlen(text);
    while (length != 0 && strchr(" \t\r", text[length - 1]) != NULL)
        text[--length] = '\0';
    return text;
}

struct reading {
    struct settings *settings;
    const char *path, *profile; /* profile: NULL when none was named */
    int line, found;
    enum source source; /* of the section that is being read; NONE: it does not count */
};

static int read_line(struct reading *reading, char *line)
{
    char *equals, *end;

    line = trim(line);
    if (*line == '\0' || *line == '#' || *line == ';')
        return 0;
    end = line + strlen(line) - 1;
    if (*line == '[' && *end == ']') {
        *end = '\0';
        line = trim(line + 1);
        reading->source = SOURCE_NONE;
        if (reading->profile != NULL && strcmp(line, reading->profile) == 0)
            reading->source = SOURCE_PROFILE;
        else if (strcmp(line, "default") == 0)
            reading->source = SOURCE_DEFAULT;
        reading->found |= reading->source == SOURCE_PROFILE;
        return 0;
    }
    equals = strchr(line, '=');
    if (equals == NULL)
        return misuse(
            NULL, "%s:%d: neither [section] nor name = value", reading->path, reading->line);
    *equals = '\0';
    if (reading->source == SOURCE_NONE)
        return 0;
    return read_setting(
        reading->settings, reading->source, reading->path, reading->line, trim(line),
        trim(equals + 1));
}

static int read_lines(struct reading *reading, char *text)
{
    int status = 0;

    for (char *line = text, *next; status == 0 && line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        reading->line++;
        status = read_line(reading, line);
    }
    return status;
}

static int
read_file(struct settings *settings, const char *path, const char *profile, int is_asked_for)
{
    struct reading reading = {settings, path, profile, 0, 0, SOURCE_DEFAULT};
    struct text text = {0};
    int status;
    FILE *stream = text_open_private(path, &status);

    if (stream != NULL) {
        settings->path = copy_of(path, strlen(path));
        settings->profile = profile != NULL ? copy_of(profile, strlen(profile)) : NULL;
        text_read(&text, stream);
        fclose(stream);
        status = read_lines(&reading, text.data);
        text_free(&text);
    } else if (status == 0 && is_asked_for) {
        return misuse(NULL, "%s: there is no such file", path);
    }
    if (status == 0 && profile != NULL && strcmp(profile, "default") != 0 && !reading.found)
        return misuse(NULL, "%s has no section [%s]", path, profile);
    return status;
}

static int read_config(struct settings *settings, const struct options *options)
{
    const char *path = options->config != NULL ? options->config : getenv("SUPA_CONFIG");
    const char *profile = options->profile != NULL ? options->profile : getenv("SUPA_PROFILE");
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char usual[4096];

    if (path != NULL && *path != '\0')
        return read_file(settings, path, profile, 1);
    if (base != NULL && *base != '\0')
        snprintf(usual, sizeof usual, "%s/supa/config", base);
    else
        snprintf(usual, sizeof usual, "%s/.config/supa/config", home != NULL ? home : "");
    return read_file(settings, usual, profile, 0);
}

static void read_environment(struct settings *settings)
{
    for (int i = 0; i < SETTINGS; i++) {
        const char *value = getenv(names[i].variable);

        if (value != NULL && *value != '\0')
            set(settings, (enum setting)i, SOURCE_ENVIRONMENT, value, strlen(value));
    }
}

static int read_key(struct settings *settings, const char *key)
{
    struct text text = {0};

    if (key[0] != '@') {
        set(settings, SETTING_KEY, SOURCE_FLAG, key, strlen(key));
        return 0;
    }
    if (text_read_file(&text, key + 1) != 0)
        return EXIT_OTHER;
    text_trim(&text);
    set(settings, SETTING_KEY, SOURCE_FLAG, text.data, text.length);
    text_free(&text);
    return 0;
}

static int read_flags(struct settings *settings, const struct options *options)
{
    const struct {
        enum setting setting;
        const char *value;
    } flags[] = {
        {SETTING_URL, options->url},       {SETTING_REST_PATH, options->rest_path},
        {SETTING_SCHEMA, options->schema}, {SETTING_CA_FILE, options->ca_file},
        {SETTING_STORE, options->store},
    };

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (flags[i].value != NULL)
            set(settings, flags[i].setting, SOURCE_FLAG, flags[i].value, strlen(flags[i].value));
    }
    return options->key != NULL ? read_key(settings, options->key) : 0;
}

static void unset(struct settings *settings, enum setting setting)
{
    if (settings->values[setting] != NULL)
        explicit_bzero(settings->values[setting], strlen(settings->values[setting]));
    free(settings->values[setting]);
    settings->values[setting] = NULL;
    settings->sources[setting] = SOURCE_NONE;
}

/* A key goes to a URL of the same source, or of one that it was chosen for: never to another's. */
static void keep_keys_home(struct settings *settings)
{
    static const enum setting pairs[][2] = {
        {SETTING_MASTER_URL, SETTING_MASTER_KEY}, {SETTING_URL, SETTING_KEY}};

    for (size_t i = 0; i < 2; i++) {
        const enum source url = settings->sources[pairs[i][0]],
                          key = settings->sources[pairs[i][1]];
        const int was_chosen = url == SOURCE_FLAG && key == SOURCE_ENVIRONMENT;

        if (key < url && !was_chosen)
            unset(settings, pairs[i][1]);
    }
}

/* Of a file and a text of keys, the one whose source goes before. */
static void choose_keyring(struct settings *settings)
{
    const enum source file = settings->sources[SETTING_KEYRING_FILE];
    const enum source text = settings->sources[SETTING_KEYRING];

    if (file > text)
        unset(settings, SETTING_KEYRING);
    else if (text > file)
        unset(settings, SETTING_KEYRING_FILE);
}

static int check_switch(const struct settings *settings, enum setting setting)
{
    const char *value = settings->values[setting];

    if (value == NULL || strcmp(value, "0") == 0 || strcmp(value, "1") == 0)
        return 0;
    return misuse(NULL, "%s (%s) is neither 0 nor 1", names[setting].variable, names[setting].name);
}

int settings_read(struct settings *settings, const struct options *options)
{
    int status;

    *settings = (struct settings){0};
    status = read_config(settings, options);
    if (status != 0)
        return status;
    read_environment(settings);
    status = read_flags(settings, options);
    if (status != 0)
        return status;
    keep_keys_home(settings);
    choose_keyring(settings);
    status = check_switch(settings, SETTING_ALLOW_PLAIN_HTTP);
    return status != 0 ? status : check_switch(settings, SETTING_ALLOW_PRIVATE);
}

void settings_free(struct settings *settings)
{
    for (int i = 0; i < SETTINGS; i++) {
        unset(settings, (enum setting)i);
        free(settings->origins[i]);
    }
    free(settings->path);
    free(settings->profile);
}
