/* SPDX-License-Identifier: MIT */
#include "result/server_error.h"

#include "base/error.h"
#include "base/json.h"
#include "base/redact.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* No error text is longer; what is behind it need not be looked at. */
#define TEXT_MAX 8192
#define LONG_URL 3500 /* bytes; nginx with its default buffers answers 502 above about 4 KB */

struct text {
    const char *data; /* NULL: there is none */
    size_t length;
};

/* What an error's JSON says. The texts lie in the body or in decoded. */
struct report {
    struct text code, message, details, hint;
    struct buffer decoded[3];
    struct buffer shown; /* what was shown last, for server_text */
    int is_json, is_object;
};

const char *
server_text(struct buffer *scratch, const char *text, size_t length, const char *const *secrets)
{
    buffer_clear(scratch);
    redact_put(scratch, text, length < TEXT_MAX ? length : TEXT_MAX, secrets);
    return buffer_text(scratch);
}

static int begins(const char *text, size_t length, const char *with)
{
    size_t n = strlen(with);

    return length >= n && text_same(text, n, with, n);
}

int server_sent_html(const struct reply *reply)
{
    size_t length;
    const char *type = reply_header(reply, "Content-Type", &length);

    return type != NULL && begins(type, length, "text/html");
}

static struct text trim(const char *data, size_t length)
{
    while (length > 0 && (unsigned char)*data <= ' ') {
        data++;
        length--;
    }
    while (length > 0 && (unsigned char)data[length - 1] <= ' ')
        length--;
    return (struct text){data, length};
}

static struct text body_text(const struct reply *reply)
{
    size_t length = reply->body.length;

    return trim(buffer_text(&reply->body), length < TEXT_MAX ? length : TEXT_MAX);
}

/* A value as text: a string decoded into @decoded, null as none, others as they stand there. */
static struct text
value_text(const char *body, const struct json_node *node, struct buffer *decoded)
{
    char *room;

    if (json_kind_of(node) == JSON_NULL)
        return (struct text){NULL, 0};
    if (json_kind_of(node) != JSON_STRING || (node->info & JSON_ESCAPED) == 0)
        return (struct text){body + node->start, node->end - node->start};
    room = buffer_room(decoded, node->size);
    if (room == NULL)
        return (struct text){NULL, 0};
    json_decode(body, node, room);
    buffer_took(decoded, node->size);
    return (struct text){decoded->data, decoded->length};
}

static struct text member_text(
    const struct json_tape *tape, const char *body, const char *name, struct buffer *decoded)
{
    uint32_t node = json_member(tape, body, 0, name, strlen(name));

    if (node == JSON_NONE)
        return (struct text){NULL, 0};
    return value_text(body, &tape->nodes[node], decoded);
}

/* The code when it is a text without escapes: the numbers that gateways send are none of ours. */
static struct text code_text(const struct json_tape *tape, const char *body)
{
    uint32_t node = json_member(tape, body, 0, "code", 4);

    if (node == JSON_NONE || json_kind_of(&tape->nodes[node]) != JSON_STRING ||
        (tape->nodes[node].info & JSON_ESCAPED) != 0)
        return (struct text){NULL, 0};
    return value_text(body, &tape->nodes[node], NULL);
}

/* Gateways have other names for the message. */
static struct text
message_text(const struct json_tape *tape, const char *body, struct buffer *decoded)
{
    static const char *const names[] = {"message", "msg", "error_description", "error"};
    struct text text = {NULL, 0};

    for (size_t i = 0; i < sizeof names / sizeof names[0] && text.data == NULL; i++)
        text = member_text(tape, body, names[i], decoded);
    return text;
}

static int read_report(const struct reply *reply, struct report *report)
{
    struct json_tape tape = {NULL, 0, 0, 0};
    struct json_error error;
    const char *body = buffer_text(&reply->body);
    int status = json_parse(&tape, body, reply->body.length, &error);

    report->is_json = status == JSON_OK;
    report->is_object = report->is_json && json_kind_of(&tape.nodes[0]) == JSON_OBJECT;
    if (report->is_object) {
        report->code = code_text(&tape, body);
        report->message = message_text(&tape, body, &report->decoded[0]);
        report->details = member_text(&tape, body, "details", &report->decoded[1]);
        report->hint = member_text(&tape, body, "hint", &report->decoded[2]);
    } else if (report->is_json && json_kind_of(&tape.nodes[0]) == JSON_STRING) {
        report->message = value_text(body, &tape.nodes[0], &report->decoded[0]);
    }
    json_tape_free(&tape);
    for (size_t i = 0; i < 3; i++) {
        if (buffer_failed(&report->decoded[i]))
            status = JSON_NO_MEMORY;
    }
    return status == JSON_NO_MEMORY ? -1 : 0;
}

/* HEAD has no body, but from version 13 on a header: "PostgREST; error=PGRST205". */
static void read_proxy_status(const struct reply *reply, struct report *report)
{
    static const char name[] = "error=";
    size_t length;
    const char *value = reply_header(reply, "Proxy-Status", &length);

    if (value == NULL || report->code.data != NULL || !begins(value, length, "PostgREST"))
        return;
    for (size_t i = 0; i + sizeof name - 1 <= length; i++) {
        if (memcmp(value + i, name, sizeof name - 1) == 0) {
            i += sizeof name - 1;
            report->code = (struct text){value + i, strcspn(value + i, "; \t\r\n")};
            return;
        }
    }
}

static int is_code_text(struct text code)
{
    for (size_t i = 0; i < code.length; i++) {
        char c = code.data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')))
            return 0;
    }
    return code.data != NULL;
}

static int is_postgrest_code(struct text code)
{
    return is_code_text(code) && code.length > 5 && code.length < 16 &&
           memcmp(code.data, "PGRST", 5) == 0;
}

static int is_sqlstate(struct text code)
{
    return is_code_text(code) && code.length == 5;
}

static int is_one_of(struct text code, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (code.length == strlen(*names) && memcmp(code.data, *names, code.length) == 0)
            return 1;
    }
    return 0;
}

/* "The result contains 0 rows". */
static supa_code rows_code(struct text details)
{
    for (size_t i = 0; i < details.length; i++) {
        char c = details.data[i];

        if (c >= '0' && c <= '9')
            return c == '0' ? SUPA_ERROR_NO_ROWS : SUPA_ERROR_MANY_ROWS;
    }
    return SUPA_ERROR_SERVER;
}

static supa_code code_of(const struct report *report)
{
    static const char *const auth[] = {"PGRST301", "PGRST302", "PGRST303", NULL};
    static const char *const rows[] = {"PGRST116", NULL};
    static const char *const denied[] = {"42501", NULL};

    if (is_one_of(report->code, auth))
        return SUPA_ERROR_AUTH;
    if (is_one_of(report->code, rows))
        return rows_code(report->details);
    if (is_one_of(report->code, denied))
        return SUPA_ERROR_DENIED;
    return is_sqlstate(report->code) ? SUPA_ERROR_DATABASE : SUPA_ERROR_SERVER;
}

static int is_redirect(int status)
{
    return status > 300 && status < 400;
}

int server_url_is_too_long(enum http_method method, const struct reply *reply, size_t url_length)
{
    if (reply->status == 414)
        return 1;
    return reply->status == 502 && url_length > LONG_URL &&
           (method == HTTP_GET || method == HTTP_HEAD);
}

static supa_code code_of_status(const struct server_answer *answer)
{
    int status = answer->reply->status;

    if (status == 401)
        return SUPA_ERROR_AUTH;
    if (status == 403)
        return SUPA_ERROR_DENIED;
    if (server_url_is_too_long(answer->method, answer->reply, answer->url_length))
        return SUPA_ERROR_URL_TOO_LONG;
    if (answer->method == HTTP_HEAD && status >= 300 && status < 500 && status != 429 &&
        !is_redirect(status))
        return SUPA_ERROR_SERVER;
    return SUPA_ERROR_GATEWAY;
}

static int is_retryable(const struct server_answer *answer, struct text code)
{
    static const char *const codes[] = {"40001",    "40P01",    "53300",    "PGRST000",
                                        "PGRST001", "PGRST002", "PGRST003", NULL};
    static const int statuses[] = {429, 502, 503, 504, 520};

    if (is_one_of(code, codes) || (is_sqlstate(code) && memcmp(code.data, "57P0", 4) == 0))
        return 1;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (answer->reply->status == statuses[i])
            return http_method_reads(answer->method);
    }
    return 0;
}

static const char *find(struct text in, const char *what)
{
    size_t n = strlen(what);

    for (size_t i = 0; i + n <= in.length; i++) {
        if (text_same(in.data + i, n, what, n))
            return in.data + i;
    }
    return NULL;
}

/* What stands between <title> and the next tag. */
static struct text html_title(struct text page)
{
    const char *end = page.data + page.length;
    const char *tag = find(page, "<title");
    const char *start = tag != NULL ? memchr(tag, '>', (size_t)(end - tag)) : NULL;
    const char *behind = start != NULL ? memchr(start, '<', (size_t)(end - start)) : NULL;

    if (behind == NULL)
        return (struct text){NULL, 0};
    return trim(start + 1, (size_t)(behind - start - 1));
}

static struct text first_line(struct text text)
{
    const char *end = memchr(text.data, '\n', text.length);

    return end == NULL ? text : trim(text.data, (size_t)(end - text.data));
}

/* The words of an answer that is not PostgREST's, and in *@kind what kind of answer it is. */
static struct text
words_of(const struct server_answer *answer, const struct report *report, const char **kind)
{
    struct text words = body_text(answer->reply);

    if (report->is_json) {
        *kind = report->message.length > 0 ? "" : ", JSON without a message";
        return report->message;
    }
    if (server_sent_html(answer->reply) || (words.length > 0 && *words.data == '<')) {
        words = html_title(words);
        *kind = words.length > 0 ? ", an HTML page" : ", an HTML page without a title";
        return words;
    }
    *kind = words.length > 0 ? "" : ", an empty answer";
    return first_line(words);
}

static void describe(
    supa_error *error, supa_code code, const struct server_answer *answer, struct report *report)
{
    int status = answer->reply->status;
    const char *kind;
    struct text words = words_of(answer, report, &kind);

    if (is_redirect(status))
        error_set(error, code, SUPA_ANSWERED, "HTTP %d: redirect refused", status);
    else if (words.length > 0)
        error_set(
            error, code, SUPA_ANSWERED, "HTTP %d%s: %s", status, kind,
            server_text(&report->shown, words.data, words.length, answer->secrets));
    else if (answer->method == HTTP_HEAD)
        error_set(
            error, code, SUPA_ANSWERED, "HTTP %d: an answer to HEAD carries no cause", status);
    else
        error_set(error, code, SUPA_ANSWERED, "HTTP %d%s", status, kind);
}

static void
tell(supa_error *error, const struct server_answer *answer, struct report *report, supa_code code)
{
    struct buffer *shown = &report->shown;
    const char *text;

    text = server_text(shown, report->message.data, report->message.length, answer->secrets);
    if (code == SUPA_ERROR_NO_ROWS) /* the server's words are the same for none and for several */
        text = "one row was asked for, none is there";
    else if (code == SUPA_ERROR_MANY_ROWS)
        text = "one row was asked for, several are there";
    error_set(error, code, SUPA_ANSWERED, "%s", text);
    if (report->details.data != NULL) {
        text = server_text(shown, report->details.data, report->details.length, answer->secrets);
        error_details(error, text, shown->length);
    }
    if (report->hint.data != NULL) {
        text = server_text(shown, report->hint.data, report->hint.length, answer->secrets);
        error_hint(error, "%s", text);
    }
}

static void judge(supa_error *error, const struct server_answer *answer, struct report *report)
{
    int coded = is_postgrest_code(report->code) || is_sqlstate(report->code);
    supa_code code = coded ? code_of(report) : code_of_status(answer);
    int status = answer->reply->status;

    if (report->is_object && report->message.length > 0 && !(is_redirect(status) && !coded))
        tell(error, answer, report, code);
    else
        describe(error, code, answer, report);
    if (coded)
        snprintf(
            error->server_code, sizeof error->server_code, "%.*s", (int)report->code.length,
            report->code.data);
    error->retryable = is_retryable(answer, coded ? report->code : (struct text){"", 0});
}

/* The connection to the database was lost, maybe behind the commit: PostgREST's word for it, SQLSTATEs of
 * class 08, statement_completion_unknown. */
static int loses_track(const char *code)
{
    return strcmp(code, "PGRST001") == 0 || strcmp(code, "40003") == 0 ||
           (strlen(code) == 5 && memcmp(code, "08", 2) == 0);
}

/* A gateway's word for a failure, or its page in place of an answer, does not tell whether the server
 * behind it has done the write. */
static int is_in_doubt(const struct server_answer *answer, const supa_error *error)
{
    const int status = answer->reply->status;

    if (http_method_reads(answer->method))
        return 0;
    if (error->server_code[0] != '\0')
        return loses_track(error->server_code);
    return status >= 500 || status == 408 || status == 499 || (status >= 200 && status < 300);
}

int server_error(supa_error *error, const struct server_answer *answer)
{
    struct report report;
    int failed;

    memset(&report, 0, sizeof report);
    failed = read_report(answer->reply, &report) != 0;
    if (!failed) {
        read_proxy_status(answer->reply, &report);
        judge(error, answer, &report);
        failed = buffer_failed(&report.shown);
    }
    if (failed)
        error_set(error, SUPA_ERROR_NO_MEMORY, SUPA_ANSWERED, "out of memory");
    error->http_status = answer->reply->status;
    if (is_in_doubt(answer, error)) {
        error->outcome = SUPA_UNKNOWN;
        error->retryable = 0;
    }
    for (size_t i = 0; i < 3; i++)
        buffer_free(&report.decoded[i]);
    buffer_free(&report.shown);
    return error->code;
}
