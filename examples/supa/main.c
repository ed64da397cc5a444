/* SPDX-License-Identifier: MIT */
/* supa: queries, stores and keys from a shell. The table of commands, and their help. */
#include "commands.h"
#include "fail.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#define ALWAYS (GROUP_GENERAL | GROUP_SERVER)
#define WHOM   (ALWAYS | GROUP_STORE)
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
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static int help(const char *name)
{
    const struct command *command = name != NULL ? find(name) : NULL;

    if (name != NULL && command == NULL)
        return misuse("`supa help` lists the commands", "there is no command \"%s\"", name);
    if (command != NULL) {
        printf("supa %s [OPTION…] %s\n\n%s\n", command->name, command->arguments, command->help);
        options_print(command->groups);
        return 0;
    }
    puts("supa COMMAND [OPTION…] [ARGUMENT…]\n\nCommands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-9s %s\n", commands[i].name, commands[i].help);
    puts("\n`supa help COMMAND` has each one's options; supa(1) has examples and exit statuses.");
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct options options;
    struct session session;
    int status = options_read(&options, command->groups, argc, argv);

    if (status == 0 && options.help) {
        status = help(command->name);
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

    set_locale();
    if (argc < 2)
        return help(NULL) + EXIT_USAGE;
    if (strcmp(argv[1], "--version") == 0)
        return printf("supa %s\n", supa_version()) < 0;
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0)
        return help(argc > 2 ? argv[2] : NULL);
    command = find(argv[1]);
    if (command == NULL)
        return misuse("`supa help` lists the commands", "there is no command \"%s\"", argv[1]);
    return run(command, argc - 1, argv + 1);
}
