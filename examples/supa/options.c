/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "fail.h"
#include "text.h"
#include "words.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { KIND_FLAG, KIND_TEXT, KIND_WORD, KIND_NUMBER, KIND_KEY };

struct option_spec {
    const char *name;
    enum option_kind kind; /* WORD: its text may be left out, and is "" then */
    size_t place;
    const char *takes, *help;
    unsigned groups;
};

#define AT(field) offsetof(struct options, field)

static const struct option_spec specs[] = {
    {"help", KIND_FLAG, AT(help), NULL, "this text", GROUP_GENERAL},
    {"verbose", KIND_FLAG, AT(verbose), NULL, "tell each attempt and its times", GROUP_GENERAL},
    {"profile", KIND_TEXT, AT(profile), "NAME", "section of the config file", GROUP_SERVER},
    {"config", KIND_TEXT, AT(config), "FILE", "the config file", GROUP_SERVER},
    {"url", KIND_TEXT, AT(url), "URL", "a server of its own, no master", GROUP_PLAIN},
    {"key", KIND_KEY, AT(key), "@FILE|KEY", "its key", GROUP_PLAIN},
    {"rest-path", KIND_TEXT, AT(rest_path), "PATH", "of PostgREST; / for a bare one", GROUP_PLAIN},
    {"schema", KIND_TEXT, AT(schema), "NAME", "schema of the database", GROUP_PLAIN},
    {"ca-file", KIND_TEXT, AT(ca_file), "FILE", "authorities to trust", GROUP_SERVER},
    {"timeout", KIND_TEXT, AT(timeout), "SECONDS", "of a whole call", GROUP_SERVER},
    {"store", KIND_TEXT, AT(store), "ID|SLUG", "ask this store's tenant", GROUP_STORE_NAME},
    {"host", KIND_TEXT, AT(host), "NAME", "… or the store of this host", GROUP_STORE_NAME},
    {"any-store", KIND_FLAG, AT(any_store), NULL, "do not keep to the store",
     GROUP_STORE | GROUP_EACH},
    {"own-copy", KIND_FLAG, AT(own_copy), NULL, "the tenant's copy is meant",
     GROUP_STORE | GROUP_EACH},
    {"select", KIND_TEXT, AT(select), "COLUMNS", "columns in PostgREST's words", GROUP_SELECT},
    {"order", KIND_TEXT, AT(order), "COLUMN[.desc][.nullsfirst],…", "order", GROUP_SHAPE},
    {"limit", KIND_NUMBER, AT(limit), "N", "at most N rows", GROUP_SHAPE},
    {"offset", KIND_NUMBER, AT(offset), "N", "pass over N rows", GROUP_SHAPE},
    {"single", KIND_FLAG, AT(single), NULL, "exactly one row",
     GROUP_READ | GROUP_WRITE | GROUP_RPC},
    {"maybe-single", KIND_FLAG, AT(maybe_single), NULL, "one row or none", GROUP_READ | GROUP_RPC},
    {"count", KIND_WORD, AT(count), "exact|planned|estimated", "tell how many match",
     GROUP_READ | GROUP_WRITE | GROUP_RPC | GROUP_EXPORT},
    {"count", KIND_FLAG, AT(count_rows), NULL, "count the file's rows first, for a bar",
     GROUP_IMPORT},
    {"explain", KIND_WORD, AT(explain), "analyze,verbose,…", "the plan instead of rows",
     GROUP_READ},
    {"dry-run", KIND_FLAG, AT(dry_run), NULL,
     "undo the write after its answer; not sent unless the "
     "server confirms that it can",
     GROUP_WRITE},
    {"describe", KIND_FLAG, AT(describe), NULL, "print the request, do not send it", GROUP_SEND},
    {"curl", KIND_FLAG, AT(curl), NULL, "print it for curl, do not send it", GROUP_SEND},
    {"show-keys", KIND_FLAG, AT(show_keys), NULL, "… with its keys", GROUP_SEND},
    {"show-keys", KIND_FLAG, AT(show_keys), NULL, "print the plaintext", GROUP_SECRET},
    {"output", KIND_TEXT, AT(output), "table|json|ndjson|csv",
     "default: table on a terminal, else json; ndjson of export and each", GROUP_OUTPUT},
    {"from", KIND_TEXT, AT(from), "FILE", "rows from a file, - is standard input", GROUP_INPUT},
    {"input", KIND_TEXT, AT(input), "json|ndjson|csv", "the file's form; default: by its look",
     GROUP_INPUT | GROUP_IMPORT},
    {"all", KIND_FLAG, AT(all_rows), NULL, "every row is meant", GROUP_FILTER | GROUP_WRITE},
    {"max-affected", KIND_NUMBER, AT(max_affected), "N", "refuse to change more",
     GROUP_FILTER | GROUP_WRITE},
    {"columns", KIND_TEXT, AT(columns), "NAMES", "write only these of the rows", GROUP_INSERT},
    {"missing-default", KIND_FLAG, AT(missing_default), NULL,
     "columns a row lacks get their default", GROUP_INSERT},
    {"on-conflict", KIND_TEXT, AT(on_conflict), "COLUMNS",
     "of the unique constraint; default: the key", GROUP_UPSERT},
    {"ignore-duplicates", KIND_FLAG, AT(ignore_duplicates), NULL, "leave rows that exist",
     GROUP_UPSERT},
    {"get", KIND_FLAG, AT(get), NULL, "call by GET, for functions that only read", GROUP_RPC},
    {"to", KIND_TEXT, AT(to), "FILE", "write to FILE; default: standard output", GROUP_TO},
    {"by", KIND_TEXT, AT(by), "COLUMNS", "unique columns to page by; default id, - for offsets",
     GROUP_EXPORT},
    {"page", KIND_NUMBER, AT(page), "N", "rows of a page, default 1000", GROUP_EXPORT},
    {"batch", KIND_NUMBER, AT(batch), "N", "rows of a request, default 500", GROUP_IMPORT},
    {"concurrency", KIND_NUMBER, AT(concurrency), "N", "stores at once, default 8", GROUP_EACH},
    {"all-stores", KIND_FLAG, AT(all), NULL, "those that do not operate as well", GROUP_LIST},
    {"user", KIND_TEXT, AT(owner), "ID", "the owner", GROUP_NEW},
    {"slug", KIND_TEXT, AT(slug), "SLUG", "unique short name", GROUP_NEW},
    {"name", KIND_TEXT, AT(name), "NAME", "name", GROUP_NEW},
    {"id", KIND_TEXT, AT(id), "UUID", "its id; default: the database's choice", GROUP_NEW},
    {"country", KIND_TEXT, AT(country), "CC", "two letters", GROUP_NEW},
    {"email", KIND_TEXT, AT(email), "ADDRESS", "store_email", GROUP_NEW},
    {"credentials", KIND_TEXT, AT(credentials), "FILE",
     "JSON object with projectUrl and serviceRoleKey; - is standard input; default: asked for",
     GROUP_PUT},
    {"type", KIND_TEXT, AT(type), "TYPE", "database_type, default supabase", GROUP_TYPE},
    {"extra", KIND_TEXT, AT(extra), "JSON", "further columns of the row", GROUP_ROW},
    {"inactive", KIND_FLAG, AT(inactive), NULL, "put it switched off", GROUP_ROW},
    {"no-test", KIND_FLAG, AT(no_test), NULL, "write new credentials untested", GROUP_ROTATE},
    {"write", KIND_FLAG, AT(write), NULL, "seal anew; without it, only look", GROUP_REKEY},
    {"after", KIND_TEXT, AT(after), "ID", "begin behind this store", GROUP_REKEY},
    {"add", KIND_FLAG, AT(add), NULL, "add it to the keyring --to FILE, behind its keys",
     GROUP_KEYGEN},
    {"yes", KIND_FLAG, AT(yes), NULL, "do not ask", GROUP_YES},
    {"from-openapi", KIND_FLAG, AT(from_openapi), NULL,
     "print an ownership file made of the master's and --store's descriptions", GROUP_SCOPE},
};

/* PostgREST's operators. --not-OP is the opposite of each. */
static const struct {
    const char *name, *help;
} operators[] = {
    {"eq", "equal"},
    {"neq", "not equal"},
    {"gt", "greater"},
    {"gte", "greater or equal"},
    {"lt", "less"},
    {"lte", "less or equal"},
    {"like", "matches a pattern with % and _"},
    {"ilike", "… in any case"},
    {"match", "matches a regular expression"},
    {"imatch", "… in any case"},
    {"in", "one of a,b,\"c,d\""},
    {"is", "null, not_null, true, false, unknown"},
    {"isdistinct", "distinct, null being a value"},
    {"fts", "text search: to_tsquery"},
    {"plfts", "… plainto_tsquery"},
    {"phfts", "… phraseto_tsquery"},
    {"wfts", "… websearch_to_tsquery"},
    {"cs", "contains {a,b}, a range or JSON"},
    {"cd", "is contained by"},
    {"ov", "overlaps"},
    {"sl", "range strictly left of"},
    {"sr", "range strictly right of"},
    {"nxr", "range does not extend to the right of"},
    {"nxl", "range does not extend to the left of"},
    {"adj", "range is adjacent to"},
    {"filter", "in PostgREST's own words: COLUMN=OP.VALUE"},
    {"or", "one of a.eq.1,b.is.null must hold"},
};

#define SPECS     (sizeof specs / sizeof specs[0])
#define OPERATORS (sizeof operators / sizeof operators[0])
/* getopt's values: specs from 256, operators behind them, and their opposites behind those. */
#define FIRST          256
#define FIRST_OPERATOR (FIRST + (int)SPECS)
#define FIRST_OPPOSITE (FIRST_OPERATOR + (int)OPERATORS)

static int has_opposite(size_t i)
{
    return i + 2 < OPERATORS; /* all but `filter` and `or` */
}

static char opposites[OPERATORS][24];

static size_t add_operators(struct option *list)
{
    size_t n = 0;

    for (size_t i = 0; i < OPERATORS; i++) {
        list[n++] =
            (struct option){operators[i].name, required_argument, NULL, FIRST_OPERATOR + (int)i};
        if (!has_opposite(i))
            continue;
        snprintf(opposites[i], sizeof opposites[i], "not-%s", operators[i].name);
        list[n++] = (struct option){opposites[i], required_argument, NULL, FIRST_OPPOSITE + (int)i};
    }
    return n;
}

/* An option of two groups of which both must be taken, such as `all`, has GROUP_FILTER among them. */
static int is_taken(const struct option_spec *spec, unsigned groups)
{
    if ((spec->groups & GROUP_FILTER) != 0)
        return (spec->groups & groups) == spec->groups;
    return (spec->groups & groups) != 0;
}

static struct option *list_options(unsigned groups)
{
    static const int takes[] = {
        [KIND_FLAG] = no_argument,       [KIND_TEXT] = required_argument,
        [KIND_WORD] = optional_argument, [KIND_NUMBER] = required_argument,
        [KIND_KEY] = required_argument,
    };
    struct option *list = have(calloc(SPECS + 2 * OPERATORS + 1, sizeof *list));
    size_t n = 0;

    for (size_t i = 0; i < SPECS; i++) {
        if (is_taken(&specs[i], groups))
            list[n++] = (struct option){specs[i].name, takes[specs[i].kind], NULL, FIRST + (int)i};
    }
    if ((groups & GROUP_FILTER) != 0)
        add_operators(list + n);
    return list;
}

/* Elements parted by commas, one in double quotes up to the next ones that have no \ before them. */
static int is_list(const char *text)
{
    for (;; text++) {
        if (*text != '"') {
            text += strcspn(text, ",");
        } else {
            for (text++; *text != '\0' && *text != '"'; text++)
                text += *text == '\\' && text[1] != '\0';
            if (*text++ == '\0')
                return 0;
        }
        if (*text != ',')
            return *text == '\0';
    }
}

static int add_step(struct options *options, const char *op, const char *text, int negated)
{
    const size_t n = options->step_count + 1;

    if (strcmp(op, "or") != 0 && (strchr(text, '=') == NULL || *text == '='))
        return misuse(
            "filters are written --OP COLUMN=VALUE", "--%s%s \"%s\" names no column and value",
            negated ? "not-" : "", op, text);
    if (strcmp(op, "in") == 0 && !is_list(strchr(text, '=') + 1))
        return misuse(
            "an element in double quotes ends with them; \\ goes before one that is in it",
            "--%sin \"%s\" is no list", negated ? "not-" : "", text);
    options->steps = have(realloc(options->steps, n * sizeof *options->steps));
    options->steps[n - 1] = (struct step){op, text, negated};
    options->step_count = n;
    return 0;
}

static int read_number(const struct option_spec *spec, const char *text, int64_t *out)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < 0)
        return misuse(NULL, "--%s takes a number: \"%s\"", spec->name, text);
    *out = number;
    return 0;
}

static void drop_hidden_key(struct options *options)
{
    if (options->hidden_key != NULL)
        explicit_bzero(options->hidden_key, strlen(options->hidden_key));
    free(options->hidden_key);
    options->hidden_key = NULL;
}

/* A key is copied, and its place in the command line overwritten. The last one counts. */
static void take_key(struct options *options, char *text)
{
    options->key = text;
    if (*text == '@')
        return;
    drop_hidden_key(options);
    options->key = options->hidden_key = copy_of(text, strlen(text));
    memset(text, 'x', strlen(text));
}

static int set_option(struct options *options, const struct option_spec *spec, char *text)
{
    char *place = (char *)options + spec->place;

    if (spec->kind == KIND_FLAG)
        *(int *)(void *)place = 1;
    else if (spec->kind == KIND_KEY)
        take_key(options, text);
    else if (spec->kind == KIND_NUMBER)
        return read_number(spec, text, (int64_t *)(void *)place);
    else
        *(const char **)(void *)place = text != NULL ? text : "";
    return 0;
}

static int take(struct options *options, int value, char *text)
{
    if (value >= FIRST_OPPOSITE)
        return add_step(options, operators[value - FIRST_OPPOSITE].name, text, 1);
    if (value >= FIRST_OPERATOR)
        return add_step(options, operators[value - FIRST_OPERATOR].name, text, 0);
    return set_option(options, &specs[value - FIRST], text);
}

/* Whether other commands have an option of this name: then no other was meant. */
static int is_of_another(const char *name)
{
    size_t i = 0;

    while (i < SPECS && strcmp(specs[i].name, name) != 0)
        i++;
    return i < SPECS;
}

/* What was written where getopt found no option of the list: "--selct=x" or "-x". */
static int no_option(const char *command, const struct option *list, const char *word)
{
    char *name = copy_of(word, strcspn(word, "="));
    struct text hint = {0};
    struct near near;

    near_begin(&near, name + (strncmp(name, "--", 2) == 0 ? 2 : 1));
    for (; list->name != NULL && !is_of_another(near.word); list++)
        near_try(&near, list->name);
    if (near.best != NULL) {
        text_puts(&hint, "did you mean --");
        text_puts(&hint, near.best);
        text_puts(&hint, "? ");
    }
    text_puts(&hint, "`supa help ");
    text_puts(&hint, command);
    text_puts(&hint, "` lists the options");
    misuse(hint.data, "%s has no option %s", command, name);
    text_free(&hint);
    free(name);
    return EXIT_USAGE;
}

/* An abbreviation of several names. */
static int is_beginning(const struct option *list, const char *word)
{
    const size_t length = strcspn(word, "=");

    for (; strncmp(word, "--", 2) == 0 && list->name != NULL; list++) {
        if (length > 2 && strncmp(list->name, word + 2, length - 2) == 0)
            return 1;
    }
    return 0;
}

static int is_cluster(const char *word)
{
    return word != NULL && word[0] == '-' && word[1] != '-' && word[1] != '\0';
}

/* The word that getopt stopped at. Of "-limit" it stops at a letter, and has passed the word at its last one only. */
static const char *refused_word(char *const *argv)
{
    static char letter[] = "-?";
    const char *last = argv[optind - 1];

    if (optopt == 0 || optopt >= FIRST)
        return last;
    if (is_cluster(last) && last[strlen(last) - 1] == (char)optopt)
        return last;
    if (is_cluster(argv[optind]))
        return argv[optind];
    letter[1] = (char)optopt;
    return letter;
}

static int not_taken(const char *command, const struct option *list, int reason, const char *word)
{
    if (reason == ':')
        return misuse(NULL, "%s takes a value", word);
    if (optopt >= FIRST)
        return misuse(NULL, "%.*s takes no value", (int)strcspn(word, "="), word);
    if (is_beginning(list, word))
        return misuse(NULL, "%s may be several options", word);
    return no_option(command, list, word);
}

int options_parse(
    struct options *options, const char *command, unsigned groups, int argc, char **argv)
{
    struct option *list = list_options(groups);
    int value, status = 0;

    *options = (struct options){
        .limit = NOT_GIVEN,
        .offset = NOT_GIVEN,
        .max_affected = NOT_GIVEN,
        .page = 1000,
        .batch = 500,
        .concurrency = 8};
    optind = 0;
    opterr = 0;
    while (status == 0 && (value = getopt_long(argc, argv, ":hv", list, NULL)) != -1) {
        if (value == 'h')
            options->help = 1;
        else if (value == 'v')
            options->verbose = 1;
        else if (value == ':' || value == '?')
            status = not_taken(command, list, value, refused_word(argv));
        else
            status = take(options, value, optarg);
    }
    free(list);
    options->arguments = argv + optind;
    options->argument_count = argc - optind;
    return status;
}

void options_free(struct options *options)
{
    drop_hidden_key(options);
    free(options->steps);
}

static void print_option(const char *name, const char *takes, int is_word, const char *help)
{
    char left[80];

    snprintf(
        left, sizeof left,
        is_word         ? "--%s[=%s]"
        : takes != NULL ? "--%s %s"
                        : "--%s%s",
        name, takes != NULL ? takes : "");
    if (strlen(left) > 26)
        printf("  %s\n  %-26s  %s\n", left, "", help);
    else
        printf("  %-26s  %s\n", left, help);
}

static void print_operators(void)
{
    char name[32];

    puts("\nFilters, each COLUMN=VALUE; --not-OP turns one into its opposite:");
    for (size_t i = 0; i < OPERATORS; i++) {
        snprintf(name, sizeof name, "--%s", operators[i].name);
        printf("  %-14s %s\n", name, operators[i].help);
    }
}

void options_print(unsigned groups)
{
    puts("\nOptions:");
    for (size_t i = 0; i < SPECS; i++) {
        if (is_taken(&specs[i], groups))
            print_option(specs[i].name, specs[i].takes, specs[i].kind == KIND_WORD, specs[i].help);
    }
    if ((groups & GROUP_FILTER) != 0)
        print_operators();
}
