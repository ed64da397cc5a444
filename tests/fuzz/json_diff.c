/* SPDX-License-Identifier: MIT */
/* json_diff [--documents N] [--seed S] [--emit FILE]
 *
 * Random JSON documents and what becomes of them when a byte changes, read by this library and by
 * cJSON. What both take must be the same tree; what only one of them takes must have one of the reasons
 * that are counted and named here. Ends in "N documents, M disagreements".
 *
 * --emit writes a line for each document: the document in hexadecimal digits, a blank, and what was
 * read, in a form that json_python.py compares with what Python reads; "-" when it was refused. */
#include "base/buffer.h"
#include "base/json.h"
#include "document.h"
#include "grammar.h"
#include "number_check.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 20 /* disagreements that are shown */
#define FAMILY    4  /* documents in a row: a valid one and what becomes of it */

struct tally {
    uint64_t documents, disagreements;
    uint64_t both_accept, both_refuse, valid;
    uint64_t only_cjson[LENIENCY_COUNT], several; /* several: of these, those with two reasons */
    uint64_t only_ours;                           /* since a number is too long for cJSON */
    uint64_t values, cut_strings;
};

/* One document, as it was read. */
struct reading {
    const char *text; /* without a NUL behind it, so that a byte read too many is found */
    size_t length;
    struct json_tape *tape;
    int status;
    struct json_error error;
    struct tally *tally;
};

static int same_bytes(const char *cjson, const char *ours, size_t size, struct tally *tally)
{
    const char *nul = memchr(ours, '\0', size);

    if (nul != NULL) {
        tally->cut_strings++;
        size = (size_t)(nul - ours);
    }
    return strlen(cjson) == size && memcmp(cjson, ours, size) == 0;
}

/* The string's bytes, up to the NUL where cJSON's end. */
static int same_string(const struct reading *reading, uint32_t node, const char *cjson)
{
    const struct json_node *string = &reading->tape->nodes[node];
    char *decoded = malloc(string->size > 0 ? string->size : 1);
    int same;

    if (decoded == NULL || cjson == NULL)
        abort();
    json_decode(reading->text, string, decoded);
    same = json_string_is(reading->text, string, decoded, string->size) &&
           same_bytes(cjson, decoded, string->size, reading->tally);
    free(decoded);
    return same;
}

static int same_number(const struct reading *reading, uint32_t node, double cjson)
{
    const struct json_node *number = &reading->tape->nodes[node];
    const char *digits = reading->text + number->start;
    size_t length = number->end - number->start;
    double ours = 0;

    if (!number_is_read_well(digits, length))
        return 0;
    if (number_as_double(digits, length, &ours) != 0)
        return isinf(cjson);
    return memcmp(&ours, &cjson, sizeof ours) == 0;
}

static int same_value(const struct reading *reading, uint32_t node, const cJSON *item);

static int same_members(const struct reading *reading, uint32_t node, const cJSON *item)
{
    const struct json_tape *tape = reading->tape;
    int object = json_kind_of(&tape->nodes[node]) == JSON_OBJECT;
    uint32_t behind = tape->nodes[node].next, count = 0;
    const cJSON *child = item->child;

    for (uint32_t at = node + 1; at < behind; at = json_next(tape, at)) {
        if (child == NULL || (object && !same_string(reading, at++, child->string)) ||
            !same_value(reading, at, child))
            return 0;
        child = child->next;
        count++;
    }
    return child == NULL && count == json_count(&tape->nodes[node]);
}

static int same_value(const struct reading *reading, uint32_t node, const cJSON *item)
{
    reading->tally->values++;
    switch (json_kind_of(&reading->tape->nodes[node])) {
    case JSON_NULL:
        return cJSON_IsNull(item);
    case JSON_FALSE:
        return cJSON_IsFalse(item);
    case JSON_TRUE:
        return cJSON_IsTrue(item);
    case JSON_NUMBER:
        return cJSON_IsNumber(item) && same_number(reading, node, item->valuedouble);
    case JSON_STRING:
        return cJSON_IsString(item) && same_string(reading, node, item->valuestring);
    case JSON_ARRAY:
        return cJSON_IsArray(item) && same_members(reading, node, item);
    case JSON_OBJECT:
        return cJSON_IsObject(item) && same_members(reading, node, item);
    default:
        return 0;
    }
}

/* What is wrong with what ours says alone, by the grammar; NULL when nothing is. */
static const char *judge_ours(const struct reading *reading, const struct opinion *opinion)
{
    int valid = opinion->accepted && opinion->first == LENIENCY_NONE;

    if (reading->status == JSON_OK)
        return valid ? NULL : "ours accepts what is not JSON";
    if (reading->status != JSON_MALFORMED)
        return "ours has no memory";
    if (valid)
        return "ours refuses JSON";
    return reading->tape->count == 0 && reading->error.offset <= reading->length
               ? NULL
               : "a refusal that is not as json.h says";
}

static const char *
judge_refusal(const struct reading *reading, const struct opinion *opinion, struct tally *tally)
{
    if (!opinion->accepted)
        return "cJSON accepts what it should refuse";
    if (reading->error.offset != opinion->offset)
        return "ours refuses, but at another place";
    tally->only_cjson[opinion->first]++;
    tally->several += (opinion->kinds & (opinion->kinds - 1)) != 0;
    return NULL;
}

/* What is wrong with the two readings; NULL when nothing is. */
static const char *judge(const struct reading *reading, const cJSON *tree, struct tally *tally)
{
    struct opinion opinion = grammar_opinion(reading->text, reading->length);
    const char *mistake = judge_ours(reading, &opinion);

    if (mistake != NULL)
        return mistake;
    if (reading->status != JSON_OK) {
        tally->both_refuse += tree == NULL;
        return tree == NULL ? NULL : judge_refusal(reading, &opinion, tally);
    }
    tally->valid++;
    if (tree == NULL) {
        tally->only_ours++;
        return opinion.has_long_numbers ? NULL : "cJSON refuses JSON";
    }
    tally->both_accept++;
    return same_value(reading, 0, tree) ? NULL : "the trees differ";
}

static void show(const struct buffer *document, const char *mistake)
{
    printf("%s: ", mistake);
    for (size_t i = 0; i < document->length; i++) {
        unsigned char c = (unsigned char)document->data[i];

        printf(c < 0x20 || c > 0x7E ? "\\x%02X" : "%c", c);
    }
    printf("\n");
}

static void emit_hex(FILE *out, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        fprintf(out, "%02x", (unsigned char)bytes[i]);
}

/* <digits|integer|natural|the double's bits>, with "-" for those that cannot hold it. */
static void emit_number(FILE *out, const char *digits, size_t length)
{
    int64_t number;
    uint64_t natural, bits;
    double real;

    fprintf(out, "<%.*s|", (int)length, digits);
    if (number_as_int64(digits, length, &number) == 0)
        fprintf(out, "%" PRId64 "|", number);
    else
        fprintf(out, "-|");
    if (number_as_uint64(digits, length, &natural) == 0)
        fprintf(out, "%" PRIu64 "|", natural);
    else
        fprintf(out, "-|");
    if (number_as_double(digits, length, &real) == 0) {
        memcpy(&bits, &real, sizeof bits);
        fprintf(out, "%016" PRIx64 ">", bits);
    } else {
        fprintf(out, "->");
    }
}

static void emit_string(FILE *out, const struct reading *reading, const struct json_node *string)
{
    char *decoded = malloc(string->size > 0 ? string->size : 1);

    if (decoded == NULL)
        abort();
    json_decode(reading->text, string, decoded);
    fputc('"', out);
    emit_hex(out, decoded, string->size);
    fputc('"', out);
    free(decoded);
}

/* The value and, behind it, a comma. Of a container the values in it, keys among them. */
static void emit_value(FILE *out, const struct reading *reading, uint32_t node)
{
    static const char words[] = "nft";
    const struct json_node *value = &reading->tape->nodes[node];
    enum json_kind kind = json_kind_of(value);

    if (kind >= JSON_ARRAY) {
        fputc(kind == JSON_OBJECT ? '{' : '[', out);
        for (uint32_t at = node + 1; at < value->next; at = json_next(reading->tape, at))
            emit_value(out, reading, at);
        fputc(kind == JSON_OBJECT ? '}' : ']', out);
    } else if (kind == JSON_STRING) {
        emit_string(out, reading, value);
    } else if (kind == JSON_NUMBER) {
        emit_number(out, reading->text + value->start, value->end - value->start);
    } else {
        fputc(words[kind], out);
    }
    fputc(',', out);
}

static void emit(FILE *out, const struct reading *reading)
{
    emit_hex(out, reading->text, reading->length);
    fputc(' ', out);
    if (reading->status == JSON_OK)
        emit_value(out, reading, 0);
    else
        fputc('-', out);
    fputc('\n', out);
}

static void
examine(const struct buffer *document, struct json_tape *tape, struct tally *tally, FILE *emitted)
{
    char *exact = malloc(document->length > 0 ? document->length : 1);
    struct reading reading = {.length = document->length, .tape = tape, .tally = tally};
    const char *mistake;
    cJSON *tree;

    if (exact == NULL || buffer_failed(document))
        abort();
    memcpy(exact, buffer_text(document), document->length);
    reading.text = exact;
    reading.status = json_parse(tape, exact, document->length, &reading.error);
    /* With its NUL the text must end where the document does. */
    tree = cJSON_ParseWithLengthOpts(buffer_text(document), document->length + 1, NULL, 1);
    mistake = judge(&reading, tree, tally);
    if (mistake != NULL && tally->disagreements++ < SHOWN_MAX)
        show(document, mistake);
    if (emitted != NULL)
        emit(emitted, &reading);
    tally->documents++;
    cJSON_Delete(tree);
    free(exact);
}

static void run(uint64_t documents, uint64_t seed, struct tally *tally, FILE *emitted)
{
    struct random random = {seed};
    struct buffer valid = BUFFER_INIT, changed = BUFFER_INIT;
    struct json_tape tape = {NULL, 0, 0, 0};

    for (uint64_t i = 0; i < documents; i++) {
        if (i % FAMILY == 0)
            document_valid(&random, &valid);
        else
            document_changed(&random, &valid, &changed);
        examine(i % FAMILY == 0 ? &valid : &changed, &tape, tally, emitted);
    }
    json_tape_free(&tape);
    buffer_free(&valid);
    buffer_free(&changed);
}

static void line(const char *label, uint64_t count)
{
    printf("%-52s %10" PRIu64 "\n", label, count);
}

static void report(const struct tally *tally)
{
    line("both accept", tally->both_accept);
    line("  values compared", tally->values);
    line("  of them strings that end at a NUL in cJSON", tally->cut_strings);
    line("both refuse", tally->both_refuse);
    printf("only cJSON accepts, refused by ours:\n");
    for (int i = LENIENCY_NONE + 1; i < LENIENCY_COUNT; i++) {
        printf("  ");
        printf("%-50s %10" PRIu64 "\n", leniency_name((enum leniency)i), tally->only_cjson[i]);
    }
    line("  (with more than one of these)", tally->several);
    printf("only ours accepts, refused by cJSON:\n");
    line("  number of more than 63 characters", tally->only_ours);
    printf(
        "%" PRIu64 " documents, %" PRIu64 " disagreements\n", tally->documents,
        tally->disagreements);
}

static int read_number(const char *text, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 ? 0 : -1;
}

static int usage(void)
{
    fprintf(stderr, "usage: json_diff [--documents N] [--seed S] [--emit FILE]\n");
    return 2;
}

int main(int argc, char **argv)
{
    uint64_t documents = 100000, seed = 1;
    const char *path = NULL;
    struct tally tally = {0};
    FILE *emitted = NULL;

    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc)
            return usage();
        if (strcmp(argv[i], "--emit") == 0)
            path = argv[i + 1];
        else if (
            read_number(argv[i + 1], strcmp(argv[i], "--documents") == 0 ? &documents : &seed) !=
                0 ||
            (strcmp(argv[i], "--documents") != 0 && strcmp(argv[i], "--seed") != 0))
            return usage();
    }
    if (path != NULL && (emitted = fopen(path, "w")) == NULL) {
        perror(path);
        return 2;
    }
    run(documents, seed, &tally, emitted);
    if (emitted != NULL && fclose(emitted) != 0) {
        perror(path);
        return 2;
    }
    report(&tally);
    return tally.disagreements != 0 || tally.documents == 0;
}
