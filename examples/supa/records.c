/* SPDX-License-Identifier: MIT */
#include "records.h"

#include "csv.h"
#include "fail.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int wrong(const struct records *records, const char *what)
{
    trouble("%s, row %ld: %s", records->path, records->row + 1, what);
    return -1;
}

/* The next character that is no white space, which stays to be read. */
static int peek(FILE *stream)
{
    int c;

    do {
        c = getc(stream);
    } while (c == ' ' || c == '\t' || c == '\r' || c == '\n');
    if (c != EOF)
        ungetc(c, stream);
    return c;
}

static void skip_byte_order_mark(FILE *stream)
{
    const int c = getc(stream);

    if (c == 0xEF && getc(stream) == 0xBB && getc(stream) == 0xBF)
        return;
    if (c != EOF && c != 0xEF)
        ungetc(c, stream);
}

static enum form guess(struct records *records)
{
    const size_t length = strlen(records->path);
    int c;

    if (length > 4 && strcmp(records->path + length - 4, ".csv") == 0)
        return FORM_CSV;
    c = peek(records->stream);
    return c == '[' || c == '{' || c == EOF ? FORM_JSON : FORM_CSV;
}

static int read_names(struct records *records)
{
    struct csv_row row = {0};
    const int found = csv_read(records->stream, &row);

    if (found < 0) {
        csv_free(&row);
        return wrong(records, "a quoted field does not end") < 0 ? EXIT_OTHER : 0;
    }
    records->names = have(calloc(row.count + 1, sizeof *records->names));
    for (size_t i = 0; i < row.count; i++)
        records->names[i] = copy_of(row.fields[i].text.data, row.fields[i].text.length);
    records->name_count = row.count;
    csv_free(&row);
    return 0;
}

int records_open(struct records *records, const char *path, const char *form)
{
    *records = (struct records){.path = path};
    records->stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (records->stream == NULL)
        return trouble("%s: %s", path, strerror(errno));
    skip_byte_order_mark(records->stream);
    if (form == NULL)
        records->form = guess(records);
    else if (strcmp(form, "json") == 0 || strcmp(form, "ndjson") == 0)
        records->form = FORM_JSON;
    else if (strcmp(form, "csv") == 0)
        records->form = FORM_CSV;
    else
        return misuse(NULL, "--input is none of json, ndjson and csv: \"%s\"", form);
    return records->form == FORM_CSV ? read_names(records) : 0;
}

/* From its brace to the one that ends it. What is in it is checked by the library. */
static int read_object(struct records *records, struct text *out)
{
    int depth = 0, in_string = 0, c;

    while ((c = getc(records->stream)) != EOF) {
        text_putc(out, (char)c);
        if (in_string && c == '\\') {
            if ((c = getc(records->stream)) == EOF)
                break;
            text_putc(out, (char)c);
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            depth++;
        } else if (!in_string && (c == '}' || c == ']') && --depth == 0) {
            records->row++;
            return 1;
        }
    }
    return wrong(records, "it does not end");
}

static int next_json(struct records *records, struct text *out)
{
    int c = peek(records->stream);

    if (c == '[' && records->row == 0 && !records->is_list) {
        records->is_list = 1;
        getc(records->stream);
        c = peek(records->stream);
    } else if (c == ',' && records->row != 0) {
        getc(records->stream);
        c = peek(records->stream);
    }
    if (c == ']' && records->is_list && !records->is_done) {
        records->is_done = 1;
        getc(records->stream);
        c = peek(records->stream);
    }
    if (c == EOF)
        return records->is_list && !records->is_done ? wrong(records, "the list does not end") : 0;
    if (c != '{' || records->is_done)
        return wrong(records, "here should be a JSON object");
    return read_object(records, out);
}

static int next_csv(struct records *records, struct text *out)
{
    struct csv_row row = {0};
    const int found = csv_read(records->stream, &row);

    if (found < 0)
        wrong(records, "a quoted field does not end");
    if (found > 0 && row.count != records->name_count) {
        csv_free(&row);
        return wrong(records, "it has not as many fields as the first line");
    }
    for (size_t i = 0; found > 0 && i < row.count; i++) {
        const struct csv_field *field = &row.fields[i];

        text_putc(out, i == 0 ? '{' : ',');
        text_put_json(out, records->names[i], strlen(records->names[i]));
        text_putc(out, ':');
        if (!field->is_quoted && strcmp(field->text.data, "NULL") == 0)
            text_puts(out, "null");
        else
            text_put_json(out, field->text.data, field->text.length);
    }
    if (found > 0) {
        text_putc(out, '}');
        records->row++;
    }
    csv_free(&row);
    return found;
}

int records_next(struct records *records, struct text *out)
{
    return records->form == FORM_CSV ? next_csv(records, out) : next_json(records, out);
}

void records_close(struct records *records)
{
    for (size_t i = 0; i < records->name_count; i++)
        free(records->names[i]);
    free(records->names);
    if (records->stream != NULL && records->stream != stdin)
        fclose(records->stream);
}

int records_all(const char *path, const char *form, struct text *out)
{
    struct records records;
    int found, status = records_open(&records, path, form);

    text_putc(out, '[');
    while (status == 0) {
        const size_t before = out->length;

        if (before > 1)
            text_putc(out, ',');
        found = records_next(&records, out);
        if (found == 0)
            out->data[out->length = before] = '\0';
        if (found < 0)
            status = EXIT_OTHER;
        if (found <= 0)
            break;
    }
    text_putc(out, ']');
    records_close(&records);
    return status;
}

int records_of_arguments(char *const *arguments, int n, struct text *out)
{
    for (int i = 0; i < n; i++) {
        const char *equals = strchr(arguments[i], '=');
        const int is_json = equals != NULL && equals > arguments[i] && equals[-1] == ':';

        if (equals == NULL || equals == arguments[i])
            return misuse(
                "values are written name=text or name:=json (n:=5, done:=true, gone:=null)",
                "\"%s\" is no value", arguments[i]);
        text_putc(out, i == 0 ? '{' : ',');
        text_put_json(out, arguments[i], (size_t)(equals - arguments[i]) - (size_t)is_json);
        text_putc(out, ':');
        if (is_json)
            text_puts(out, equals + 1);
        else
            text_put_json(out, equals + 1, strlen(equals + 1));
    }
    text_puts(out, n == 0 ? "{}" : "}");
    return 0;
}
