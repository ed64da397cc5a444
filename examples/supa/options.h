/* SPDX-License-Identifier: MIT */
/* The options of all commands: one table, of which each command takes some groups. */
#ifndef TOOL_OPTIONS_H
#define TOOL_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

enum option_group {
    GROUP_GENERAL = 1,     /* help and verbosity */
    GROUP_SERVER = 2,      /* where to connect */
    GROUP_STORE = 4,       /* to which store's tenant */
    GROUP_FILTER = 8,      /* which rows */
    GROUP_SHAPE = 16,      /* order and limit */
    GROUP_SELECT = 32,     /* which columns */
    GROUP_SEND = 64,       /* print instead of send, undo */
    GROUP_OUTPUT = 128,    /* how rows are printed */
    GROUP_INPUT = 256,     /* where rows come from */
    GROUP_READ = 512,      /* of `get` and `each` */
    GROUP_WRITE = 1024,    /* of writes */
    GROUP_INSERT = 2048,   /* of inserts and upserts */
    GROUP_RPC = 4096,      /* of functions */
    GROUP_YES = 8192,      /* what is to be confirmed */
    GROUP_EXPORT = 16384,  /* of export */
    GROUP_IMPORT = 32768,  /* of import */
    GROUP_EACH = 65536,    /* of walks over stores */
    GROUP_SECRET = 131072, /* what shows plaintext */
    GROUP_NEW = 262144,    /* a new store */
    GROUP_PUT = 524288,    /* credentials of a store */
    GROUP_LIST = 1048576,  /* lists of stores */
    GROUP_REKEY = 2097152, /* envelopes sealed anew */
    GROUP_SCOPE = 4194304, /* whose tables */
    GROUP_UPSERT = 8388608 /* of upserts */
};

/* A filter, in the order of the command line. */
struct step {
    const char *op;   /* PostgREST's operator; "filter" and "or": the text is in its own words */
    const char *text; /* COLUMN=VALUE */
    int negated;
};

struct options {
    int help, verbose;
    const char *profile, *config;
    const char *url, *key, *rest_path, *schema, *ca_file, *timeout;
    const char *store, *host;
    int any_store, own_copy;
    struct step *steps;
    size_t step_count;
    const char *order, *select;
    int64_t limit, offset;
    const char *count, *explain;
    int single, maybe_single;
    int dry_run, curl, describe, show_keys;
    const char *output;
    const char *from, *input;
    int all_rows;
    int64_t max_affected;
    const char *columns, *on_conflict;
    int missing_default, ignore_duplicates, get;
    int yes;
    const char *to, *by;
    int64_t page, batch, concurrency;
    const char *owner, *slug, *name, *id, *country, *email;
    const char *credentials, *type, *extra;
    int inactive, no_test, all, write;
    const char *after, *version, *key_id;
    int from_openapi;
    char **arguments;
    int argument_count;
};

/* A number that was not given. */
#define NOT_GIVEN INT64_MIN

/*
 * Reads a command line, the command's name first. 0, or an exit status and the mistake is told. A key
 * is copied and taken out of the command line, so that no list of processes shows it.
 */
int options_read(struct options *options, unsigned groups, int argc, char **argv);
void options_free(struct options *options);

/* Prints the options of these groups for a help text. */
void options_print(unsigned groups);

#endif
