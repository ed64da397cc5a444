/* SPDX-License-Identifier: MIT */
/* supa: queries, stores and keys from a shell. The table of commands, and their help. */
#include "commands.h"
#include "fail.h"
#include "words.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define ALWAYS (GROUP_GENERAL | GROUP_SERVER)
#define WHOM   (ALWAYS | GROUP_PLAIN | GROUP_STORE_NAME | GROUP_STORE)
#define WRITES (WHOM | GROUP_SELECT | GROUP_SEND | GROUP_OUTPUT | GROUP_WRITE)

struct command {
    const char *name, *arguments, *help;
    unsigned groups;
    int (*run)(struct session *session);
};

static const struct command commands[] = {
    {"get", "TABLE", "rows of a table or view",
     WHOM | GROUP_FILTER | GROUP_SHAPE | GROUP_SELECT | GROUP_SEND | GROUP_OUTPUT | GROUP_READ,
     command_get},
    {"insert", "TABLE [NAME=TEXT|NAME:=JSON]…", "insert a row, or rows of a file",
     WRITES | GROUP_INPUT | GROUP_INSERT, command_insert},
    {"upsert", "TABLE [NAME=TEXT|NAME:=JSON]…", "insert rows, or replace those that exist",
     WRITES | GROUP_INPUT | GROUP_INSERT | GROUP_UPSERT, command_upsert},
    {"update", "TABLE NAME=TEXT|NAME:=JSON…", "change the rows that match",
     WRITES | GROUP_INPUT | GROUP_FILTER, command_update},
    {"delete", "TABLE", "delete the rows that match", WRITES | GROUP_FILTER, command_delete},
    {"rpc", "FUNCTION [NAME=TEXT|NAME:=JSON]…", "call a function",
     WHOM | GROUP_FILTER | GROUP_SHAPE | GROUP_SELECT | GROUP_SEND | GROUP_OUTPUT | GROUP_INPUT |
         GROUP_RPC,
     command_rpc},
    {"export", "TABLE", "all rows of a table or view to a file",
     WHOM | GROUP_FILTER | GROUP_SELECT | GROUP_OUTPUT | GROUP_TO | GROUP_EXPORT, command_export},
    {"import", "TABLE [FILE]", "rows of a file, or of standard input, into a table",
     WHOM | GROUP_INSERT | GROUP_UPSERT | GROUP_IMPORT, command_import},
    {"each", "TABLE", "rows of a table of every store that operates",
     ALWAYS | GROUP_FILTER | GROUP_SHAPE | GROUP_SELECT | GROUP_OUTPUT | GROUP_EACH, command_each},
    {"stores list", "", "the stores that operate", ALWAYS | GROUP_LIST | GROUP_OUTPUT,
     command_stores_list},
    {"stores show", "STORE", "a store's row in the registry", ALWAYS | GROUP_OUTPUT,
     command_stores_show},
    {"stores create", "", "a new store's row", ALWAYS | GROUP_NEW | GROUP_OUTPUT,
     command_stores_create},
    {"stores put", "STORE", "seal a store's credentials into the registry",
     ALWAYS | GROUP_PUT | GROUP_TYPE | GROUP_ROW, command_stores_put},
    {"stores rotate", "STORE", "replace credentials, once the new ones are tested",
     ALWAYS | GROUP_PUT | GROUP_ROTATE, command_stores_rotate},
    {"stores test", "STORE", "ask a store's tenant, and record what it says", ALWAYS,
     command_stores_test},
    {"stores activate", "STORE", "switch its credentials on", ALWAYS, command_stores_activate},
    {"stores deactivate", "STORE", "switch its credentials off", ALWAYS, command_stores_deactivate},
    {"stores remove", "STORE", "take its credentials out of the registry", ALWAYS | GROUP_YES,
     command_stores_remove},
    {"stores pending", "", "the stores whose schema lags behind",
     ALWAYS | GROUP_LIST | GROUP_OUTPUT, command_stores_pending},
    {"resolve", "HOST", "which store a host name belongs to", ALWAYS, command_resolve},
    {"doctor", "", "look at the configuration and the servers, and say what is wrong",
     ALWAYS | GROUP_PLAIN | GROUP_STORE_NAME, command_doctor},
    {"scope", "TABLE|rpc/FUNCTION", "whose a table is, and why",
     ALWAYS | GROUP_STORE_NAME | GROUP_SCOPE, command_scope},
    {"keygen", "[ID]", "a new key for a keyring", GROUP_GENERAL | GROUP_TO | GROUP_KEYGEN,
     command_keygen},
    {"seal", "STORE", "credentials as an envelope", ALWAYS | GROUP_PUT | GROUP_TYPE | GROUP_TO,
     command_seal},
    {"open", "STORE ENVELOPE|-", "what an envelope says of itself, and whether it opens",
     ALWAYS | GROUP_SECRET | GROUP_TYPE, command_open},
    {"rekey", "", "seal the registry's envelopes anew with the first key", ALWAYS | GROUP_REKEY,
     command_rekey},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

/* The command that the first words name: one word, or two. @words receives how many. */
static const struct command *find(int argc, char **argv, int *words)
{
    char name[64];

    for (*words = 1; *words <= 2 && *words <= argc; (*words)++) {
        snprintf(
            name, sizeof name, "%s%s%s", argv[0], *words > 1 ? " " : "", *words > 1 ? argv[1] : "");
        for (size_t i = 0; i < COMMANDS; i++) {
            if (strcmp(commands[i].name, name) == 0)
                return &commands[i];
        }
    }
    return NULL;
}

/* The commands of two words of which @word is the first, or all. How many. */
static int list_commands(FILE *stream, const char *word)
{
    const size_t length = word != NULL ? strlen(word) : 0;
    int n = 0;

    for (size_t i = 0; i < COMMANDS; i++) {
        const char *name = commands[i].name;

        if (word != NULL && (strncmp(name, word, length) != 0 || name[length] != ' '))
            continue;
        if (stream != NULL)
            fprintf(stream, "  %-18s %s\n", name, commands[i].help);
        n++;
    }
    return n;
}

static int no_command(int argc, char **argv)
{
    const int is_family = list_commands(NULL, argv[0]) != 0 && argc > 1;
    char name[64], both[64], hint[128] = "";
    struct near near;

    snprintf(both, sizeof both, "%s%s%s", argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
    snprintf(name, sizeof name, "%s", is_family ? both : argv[0]);
    near_begin(&near, name);
    for (size_t i = 0; i < COMMANDS; i++)
        near_try(&near, commands[i].name);
    near.word = both; /* "store list" */
    for (size_t i = 0; i < COMMANDS; i++)
        near_try(&near, commands[i].name);
    for (size_t i = 0; i < COMMANDS && is_family; i++) {
        if (strcmp(commands[i].name, argv[1]) == 0) /* "stores resolve" is no "stores remove" */
            near.best = commands[i].name;
    }
    if (near.best != NULL)
        snprintf(hint, sizeof hint, "did you mean %s? ", near.best);
    strcat(hint, "`supa help` lists the commands");
    return misuse(hint, "there is no command \"%s\"", name);
}

static int is_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* `supa stores`, whose commands are words behind it. */
static int help_family(const char *word)
{
    printf("supa %s COMMAND [OPTION…] [ARGUMENT…]\n\nCommands:\n", word);
    list_commands(stdout, word);
    printf("\n`supa help %s COMMAND` has each one's options.\n", word);
    return 0;
}

static int help_command(const struct command *command)
{
    printf(
        "supa %s [OPTION…]%s%s\n\n%s\n", command->name, *command->arguments != '\0' ? " " : "",
        command->arguments, command->help);
    options_print(command->groups);
    return 0;
}

static int help(void)
{
    puts("supa COMMAND [OPTION…] [ARGUMENT…]\n\nCommands:");
    list_commands(stdout, NULL);
    puts("\n`supa help COMMAND` has each one's options; supa(1) has examples and exit statuses.");
    return 0;
}

static int help_on(int argc, char **argv)
{
    const struct command *command;
    int words;

    if (argc == 0)
        return help();
    command = find(argc, argv, &words);
    if (command == NULL && argc == 1 && list_commands(NULL, argv[0]) != 0)
        return help_family(argv[0]);
    return command != NULL ? help_command(command) : no_command(argc, argv);
}

static int only_reads(const struct command *command)
{
    static int (*const reads[])(struct session * session) = {
        command_get,     command_export, command_each,  command_stores_list,   command_stores_show,
        command_resolve, command_doctor, command_scope, command_stores_pending};

    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        if (command->run == reads[i])
            return 1;
    }
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct options options;
    struct session session;
    int status;

    fail_reads(only_reads(command));
    status = options_parse(&options, command->name, command->groups, argc, argv);

    if (status == 0 && !options.help && *command->arguments == '\0' && options.argument_count > 0)
        status = misuse(NULL, "%s takes no argument: \"%s\"", command->name, options.arguments[0]);
    if (status == 0 && options.help) {
        status = help_command(command);
    } else if (status == 0) {
        status = session_begin(&session, &options);
        if (status == 0)
            status = command->run(&session);
        session_end(&session);
    }
    options_free(&options);
    return status;
}

/* Widths of characters need a locale of UTF-8, which the environment may not have chosen. */
static void set_locale(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

int main(int argc, char **argv)
{
    const struct command *command;
    int words;

    set_locale();
    if (argc < 2)
        return help() + EXIT_USAGE;
    if (strcmp(argv[1], "--version") == 0)
        return printf("supa %s\n", supa_version()) < 0;
    if (is_help(argv[1]))
        return help_on(argc - 2, argv + 2);
    command = find(argc - 1, argv + 1, &words);
    if (command != NULL)
        return run(command, argc - words, argv + words);
    if (list_commands(NULL, argv[1]) == 0 || (argc > 2 && !is_help(argv[2])))
        return no_command(argc - 1, argv + 1);
    return help_family(argv[1]) + (argc > 2 ? EXIT_FINE : EXIT_USAGE);
}
