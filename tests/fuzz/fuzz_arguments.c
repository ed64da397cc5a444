/* SPDX-License-Identifier: MIT */
/* The tool's command line: any words, and any rows in the file that --from names. What is refused is told in
 * words that show no key; of what is taken the URL has one parameter for each filter and option and no more,
 * in characters that a URL may have; and a key is gone from the words, which lists of processes show.
 *
 * The input: a byte for the command, words parted by 1E, and behind a 1D the file. */
#include "fuzz.h"
#include "sent.h"

#include "build.h"
#include "fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MARK      '\x1E'
#define FILE_MARK '\x1D'
#define WORDS_MAX 40
#define KEY       "typed-key-0123456789abcdef"
#define OWN_KEY   "service-key-0123456789abcdef"

const char *const fuzz_name = "arguments";

static const struct {
    const char *word;
    enum verb verb;
    unsigned groups;
} commands[] = {
    {"get", VERB_GET, GROUP_FILTER | GROUP_SHAPE | GROUP_SELECT | GROUP_READ},
    {"insert", VERB_INSERT, GROUP_SELECT | GROUP_WRITE | GROUP_INPUT | GROUP_INSERT},
    {"upsert", VERB_UPSERT, GROUP_SELECT | GROUP_WRITE | GROUP_INPUT | GROUP_INSERT | GROUP_UPSERT},
    {"update", VERB_UPDATE, GROUP_FILTER | GROUP_SELECT | GROUP_WRITE | GROUP_INPUT},
    {"delete", VERB_DELETE, GROUP_FILTER | GROUP_SELECT | GROUP_WRITE},
    {"rpc", VERB_RPC, GROUP_FILTER | GROUP_SHAPE | GROUP_SELECT | GROUP_INPUT | GROUP_RPC},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static supa_client *client;
static int rows = -1; /* a file in memory */
static char rows_path[64];
static struct text message, hint;

static void start(void)
{
    client = sent_client(OWN_KEY);
    rows = memfd_create("rows", MFD_CLOEXEC);
    FUZZ_REQUIRE(client != NULL && rows >= 0);
    snprintf(rows_path, sizeof rows_path, "/proc/self/fd/%d", rows);
    fail_keep(&message, &hint);
}

static void write_rows(const struct fuzz_bytes *bytes)
{
    const size_t length = (size_t)(bytes->end - bytes->at);

    FUZZ_REQUIRE(ftruncate(rows, 0) == 0);
    FUZZ_REQUIRE(pwrite(rows, bytes->at, length, 0) == (ssize_t)length);
}

/* Begins with a key, which no other option can take for its value. */
static int read_words(const char *command, struct fuzz_bytes bytes, char **words)
{
    int n = 0;

    words[n++] = fuzz_text(command, strlen(command));
    words[n++] = fuzz_text("--key=" KEY, sizeof "--key=" KEY - 1);
    while (bytes.at < bytes.end && n < WORDS_MAX) {
        size_t length;
        const char *word = fuzz_until(&bytes, MARK, &length);

        words[n++] = fuzz_text(word, length);
    }
    words[n] = NULL;
    return n;
}

static int shows(const struct text *text, const char *key)
{
    return text->length != 0 && strstr(text->data, key) != NULL;
}

static void check_trouble(int is_typed)
{
    FUZZ_REQUIRE(message.length != 0);
    FUZZ_REQUIRE(is_typed || (!shows(&message, KEY) && !shows(&hint, KEY)));
}

static size_t count_of(const char *at, const char *end, char c)
{
    size_t n = 0;

    for (; at < end; at++)
        n += *at == c;
    return n;
}

/* How many parameters the words ask for. */
static size_t parameters_of(const struct options *options, enum verb verb)
{
    size_t n = options->step_count;

    n += options->select != NULL;
    n += options->order != NULL && options->order[strspn(options->order, ",")] != '\0';
    n += options->limit != NOT_GIVEN || options->offset != NOT_GIVEN || options->maybe_single;
    n += options->limit != 0 && options->offset != NOT_GIVEN;
    n += verb == VERB_INSERT || verb == VERB_UPSERT || options->columns != NULL; /* of a list */
    n += verb == VERB_UPSERT && options->on_conflict != NULL;
    if (verb == VERB_RPC && options->get)
        n += (size_t)options->argument_count - 1;
    return n;
}

static void check_url(const char *at, const struct options *options, enum verb verb)
{
    static const char path[] = "https://db.example.com/rest/v1/";
    const char *question = strchr(at, '?'), *end = at + strlen(at);
    const char *path_end = question != NULL ? question : end;
    const size_t meant = parameters_of(options, verb);
    size_t said;

    FUZZ_REQUIRE(strncmp(at, path, sizeof path - 1) == 0);
    for (const char *c = at; c < end; c++)
        FUZZ_REQUIRE(*c > ' ' && *c < 0x7F && strchr("\"<>\\^`{|}#", *c) == NULL);
    at += sizeof path - 1;
    FUZZ_REQUIRE(count_of(at, path_end, '/') == (verb == VERB_RPC));
    said = question != NULL ? 1 + count_of(question, end, '&') : 0;
    if (said > meant)
        fprintf(stderr, "%zu parameters are meant: %s\n", meant, at);
    FUZZ_REQUIRE(said <= meant);
    FUZZ_REQUIRE(question == NULL || (question[1] != '\0' && question[1] != '&'));
}

static void check_query(const struct request *request, const struct options *options)
{
    static const char *const secrets[] = {OWN_KEY, NULL};
    supa_query *q = build_query(request, client, options);
    const char *url = sent_url(q);

    if (url != NULL) {
        check_url(url, options, request->verb);
    } else {
        fuzz_check_error(supa_query_error(q), secrets);
        text_clear(&message);
        FUZZ_REQUIRE(tell_error(supa_query_error(q)) != 0);
        FUZZ_REQUIRE(message.length != 0 && !shows(&message, OWN_KEY));
    }
    supa_query_free(q);
}

static void run(const char *command, enum verb verb, unsigned groups, struct fuzz_bytes bytes)
{
    char *words[WORDS_MAX + 1], *all[WORDS_MAX + 1];
    const int n = read_words(command, bytes, words);
    struct options options;
    struct request request = {.verb = verb};
    int status, is_typed = 0;

    memcpy(all, words, sizeof all); /* getopt orders them anew */
    for (int i = 2; i < n; i++)
        is_typed |= strstr(words[i], KEY) != NULL; /* libFuzzer learns it */
    status = options_parse(
        &options, command, groups | GROUP_GENERAL | GROUP_SERVER | GROUP_PLAIN, n, words);
    for (int i = 0; i < n && !is_typed; i++)
        FUZZ_REQUIRE(strstr(words[i], KEY) == NULL);
    if (options.from != NULL)
        options.from = rows_path;
    if (status == 0)
        status = build_read(&request, verb, &options);
    if (status == 0)
        check_query(&request, &options);
    else
        check_trouble(is_typed);
    build_free(&request);
    options_free(&options);
    for (int i = 0; i < n; i++)
        free(all[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size), words;
    const unsigned which = fuzz_byte(&bytes) % COMMANDS;
    size_t length;

    if (client == NULL)
        start();
    words.at = fuzz_until(&bytes, FILE_MARK, &length);
    words.end = words.at + length;
    write_rows(&bytes);
    text_clear(&message);
    text_clear(&hint);
    run(commands[which].word, commands[which].verb, commands[which].groups, words);
    return 0;
}
