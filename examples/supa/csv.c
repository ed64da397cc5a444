/* SPDX-License-Identifier: MIT */
#include "csv.h"

#include <stdlib.h>
#include <string.h>

static struct csv_field *add_field(struct csv_row *row)
{
    row->fields = have(realloc(row->fields, (row->count + 1) * sizeof *row->fields));
    row->fields[row->count] = (struct csv_field){0};
    text_put(&row->fields[row->count].text, "", 0);
    return &row->fields[row->count++];
}

/* Behind the first quote, up to what follows the last one; that is returned, EOF when there is none. */
static int read_quoted(FILE *stream, struct csv_field *field, int *is_whole)
{
    int c;

    field->is_quoted = 1;
    while ((c = getc(stream)) != EOF) {
        if (c == '"' && (c = getc(stream)) != '"') {
            *is_whole = 1;
            return c;
        }
        text_putc(&field->text, (char)c);
    }
    *is_whole = 0;
    return EOF;
}

int csv_read(FILE *stream, struct csv_row *row)
{
    struct csv_field *field;
    int c = getc(stream), is_whole = 1;

    if (c == EOF)
        return 0;
    field = add_field(row);
    while (c != EOF && c != '\n') {
        if (c == '"' && field->text.length == 0 && !field->is_quoted) {
            c = read_quoted(stream, field, &is_whole);
            if (!is_whole)
                return -1;
            continue;
        }
        if (c == ',')
            field = add_field(row);
        else if (c != '\r')
            text_putc(&field->text, (char)c);
        c = getc(stream);
    }
    return 1;
}

void csv_free(struct csv_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        text_free(&row->fields[i].text);
    free(row->fields);
    *row = (struct csv_row){0};
}

void csv_write(FILE *stream, const char *text, size_t length)
{
    int needs_quotes = length == 0 || text[0] == ' ' || text[length - 1] == ' ' ||
                       (length == 4 && memcmp(text, "NULL", 4) == 0);

    for (size_t i = 0; i < length && !needs_quotes; i++)
        needs_quotes = strchr(",\"\r\n", text[i]) != NULL;
    if (!needs_quotes) {
        fwrite(text, 1, length, stream);
        return;
    }
    putc('"', stream);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            putc('"', stream);
        putc(text[i], stream);
    }
    putc('"', stream);
}
