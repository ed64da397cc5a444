/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "csv.h"
#include "fail.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int writer_begin(struct writer *writer, FILE *stream, const char *word, enum output otherwise)
{
    static const char *const words[] = {"table", "json", "ndjson", "csv"};

    *writer = (struct writer){.stream = stream, .output = otherwise};
    if (isatty(fileno(stream)))
        writer->output = OUTPUT_TABLE;
    for (int i = 0; word != NULL && i < 4; i++) {
        if (strcmp(words[i], word) == 0) {
            writer->output = (enum output)i;
            return 0;
        }
    }
    return word == NULL
               ? 0
               : misuse(NULL, "--output is none of table, json, ndjson and csv: \"%s\"", word);
}

/* A row that is no object has its own value as its only column. */
struct cell {
    const char *name, *json;
    size_t name_length, json_length;
    supa_row value;
};

static size_t cell_count(supa_row row)
{
    const char *json;
    size_t length;

    if (supa_row_raw(row, NULL, &json, &length) == SUPA_FIELD_VALUE && length != 0 &&
        json[0] == '{')
        return supa_row_columns(row);
    return 1;
}

static int cell_at(supa_row row, size_t i, struct cell *cell)
{
    if (supa_row_at(row, i, &cell->name, &cell->name_length, &cell->json, &cell->json_length) ==
        SUPA_FIELD_VALUE) {
        cell->value = supa_row_value_at(row, i);
        return 1;
    }
    if (i != 0 || supa_row_columns(row) != 0)
        return 0;
    cell->value = row;
    cell->name = "value";
    cell->name_length = 5;
    return supa_row_raw(row, NULL, &cell->json, &cell->json_length) != SUPA_FIELD_MISSING;
}

static int is_hidden(const struct writer *writer, const struct cell *cell)
{
    return writer->hidden != NULL && columns_have(writer->hidden, cell->name, cell->name_length);
}

static int is_null(const struct cell *cell)
{
    return cell->json_length == 4 && memcmp(cell->json, "null", 4) == 0;
}

/* A row without the columns that are hidden. */
static void write_shown(struct writer *writer, supa_row row)
{
    struct text json = {0};
    struct cell cell;

    for (size_t i = 0; cell_at(row, i, &cell); i++) {
        if (is_hidden(writer, &cell))
            continue;
        text_putc(&json, json.length == 0 ? '{' : ',');
        text_put_json(&json, cell.name, cell.name_length);
        text_putc(&json, ':');
        text_put(&json, cell.json, cell.json_length);
    }
    text_puts(&json, json.length == 0 ? "{}" : "}");
    fwrite(json.data, 1, json.length, writer->stream);
    text_free(&json);
}

static void write_json(struct writer *writer, const char *store, supa_row row)
{
    const char *json = "null";
    size_t length = 4;
    struct text name = {0};

    supa_row_raw(row, NULL, &json, &length);
    if (writer->hidden != NULL && length != 0 && json[0] == '{') {
        write_shown(writer, row);
        return;
    }
    if (store != NULL) {
        text_puts(&name, "{\"store\":");
        text_put_json(&name, store, strlen(store));
        fwrite(name.data, 1, name.length, writer->stream);
        text_free(&name);
        if (length != 0 && json[0] == '{') {
            json++;
            length--;
            fputs(length > 1 && json[0] != '}' ? "," : "", writer->stream);
        } else {
            fprintf(writer->stream, ",\"value\":%.*s}", (int)length, json);
            return;
        }
    }
    fwrite(json, 1, length, writer->stream);
}

static void write_csv_names(struct writer *writer, const char *store, supa_row row)
{
    struct cell cell;
    int is_first = store == NULL;

    writer->columns = cell_count(row);
    if (store != NULL)
        fputs("store", writer->stream);
    for (size_t i = 0; i < writer->columns && cell_at(row, i, &cell); i++) {
        if (is_hidden(writer, &cell))
            continue;
        fputs(is_first ? "" : ",", writer->stream);
        is_first = 0;
        csv_write(writer->stream, cell.name, cell.name_length);
    }
    putc('\n', writer->stream);
}

static void write_csv(struct writer *writer, const char *store, supa_row row)
{
    struct cell cell;
    int is_first = store == NULL;

    if (writer->rows == 0)
        write_csv_names(writer, store, row);
    if (store != NULL)
        csv_write(writer->stream, store, strlen(store));
    for (size_t i = 0; i < writer->columns && cell_at(row, i, &cell); i++) {
        const char *text = cell.json;
        size_t length = cell.json_length;

        if (is_hidden(writer, &cell))
            continue;
        fputs(is_first ? "" : ",", writer->stream);
        is_first = 0;
        if (is_null(&cell))
            continue;
        supa_row_text(cell.value, NULL, &text, &length);
        csv_write(writer->stream, text, length);
    }
    putc('\n', writer->stream);
}

static void add_to_table(struct writer *writer, const char *store, supa_row row)
{
    struct cell cell;

    table_row(&writer->table);
    if (store != NULL)
        table_cell(&writer->table, "store", 5, store, strlen(store), CELL_TEXT);
    for (size_t i = 0; cell_at(row, i, &cell); i++) {
        const char *text = cell.json;
        size_t length = cell.json_length;
        enum cell_kind kind = CELL_TEXT;

        if (is_null(&cell))
            kind = CELL_NULL;
        else if (supa_row_text(cell.value, NULL, &text, &length) != SUPA_FIELD_VALUE)
            kind = strchr("-0123456789", *text) != NULL ? CELL_NUMBER : CELL_TEXT;
        table_cell(&writer->table, cell.name, cell.name_length, text, length, kind);
    }
}

void writer_row(struct writer *writer, const char *store, supa_row row)
{
    if (writer->output == OUTPUT_TABLE) {
        add_to_table(writer, store, row);
    } else if (writer->output == OUTPUT_CSV) {
        write_csv(writer, store, row);
    } else {
        if (writer->output == OUTPUT_JSON && !writer->is_single)
            fputs(writer->rows == 0 ? "[" : ",\n", writer->stream);
        write_json(writer, store, row);
        if (writer->output == OUTPUT_NDJSON || writer->is_single)
            putc('\n', writer->stream);
    }
    writer->rows++;
}

int writer_end(struct writer *writer)
{
    if (writer->output == OUTPUT_TABLE)
        table_print(&writer->table, writer->stream, writer->is_single);
    if (writer->output == OUTPUT_TABLE && writer->rows == 0 && isatty(fileno(writer->stream)))
        fputs("no rows\n", stderr);
    if (writer->output == OUTPUT_JSON && !writer->is_single)
        fputs(writer->rows == 0 ? "[]\n" : "]\n", writer->stream);
    table_free(&writer->table);
    if (fflush(writer->stream) == 0 && !ferror(writer->stream))
        return 0;
    return trouble("the rows cannot be written: %s", strerror(errno));
}

void writer_break(struct writer *writer)
{
    if (writer->output == OUTPUT_TABLE && writer->rows != 0)
        table_print(&writer->table, writer->stream, writer->is_single);
    else if (writer->rows != 0 && writer->output == OUTPUT_JSON && !writer->is_single)
        putc('\n', writer->stream);
    table_free(&writer->table);
    fflush(writer->stream);
}
