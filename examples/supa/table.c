/* SPDX-License-Identifier: MIT */
#include "table.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define GAP       2
#define NARROWEST 5 /* of a column that is cut */

static const char NULL_MARK[] = "∅";

/* The next character's width; *@at goes behind it. What is no character counts 1 byte and 1 column. */
static int next_width(const char **at)
{
    wchar_t c;
    mbstate_t state = {0};
    const size_t n = mbrtowc(&c, *at, strlen(*at), &state);
    int width;

    if (n == 0 || n > 8) {
        (*at)++;
        return 1;
    }
    *at += n;
    width = wcwidth(c);
    return width < 0 ? 0 : width;
}

int text_width(const char *text)
{
    int width = 0;

    while (*text != '\0')
        width += next_width(&text);
    return width;
}

int terminal_width(FILE *stream)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");

    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return columns != NULL && atoi(columns) > 0 ? atoi(columns) : 0;
}

/* Control characters, which could turn a terminal upside down, as escapes; C1's, of two bytes, too. */
static char *printable(const char *text, size_t length)
{
    struct text out = {0};
    char escape[8];

    text_put(&out, "", 0);
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        const int is_c1 = c == 0xC2 && i + 1 < length && (unsigned char)text[i + 1] < 0xA0;

        if (c == '\n' || c == '\t' || c == '\r') {
            text_puts(&out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
        } else if (c < 0x20 || c == 0x7F || is_c1) {
            snprintf(escape, sizeof escape, "\\x%02X", is_c1 ? (unsigned char)text[++i] : c);
            text_puts(&out, escape);
        } else {
            text_putc(&out, (char)c);
        }
    }
    return out.data;
}

static struct table_cell make_cell(const char *text, size_t length, enum cell_kind kind)
{
    struct table_cell cell = {.kind = kind};

    cell.text =
        kind == CELL_NULL ? copy_of(NULL_MARK, sizeof NULL_MARK - 1) : printable(text, length);
    cell.width = text_width(cell.text);
    cell.is_whole = kind == CELL_NUMBER || text_is_uuid(cell.text);
    return cell;
}

static size_t column_of(struct table *table, const char *name, size_t length, size_t guess)
{
    struct table_cell cell = make_cell(name, length, CELL_TEXT);

    for (size_t i = 0; i < table->columns; i++) {
        const size_t at = (guess + i) % table->columns;

        if (strcmp(table->names[at].text, cell.text) == 0) {
            free(cell.text);
            return at;
        }
    }
    table->names = have(realloc(table->names, (table->columns + 1) * sizeof *table->names));
    table->names[table->columns] = cell;
    return table->columns++;
}

void table_row(struct table *table)
{
    if (table->count == table->capacity) {
        table->capacity = table->capacity != 0 ? 2 * table->capacity : 64;
        table->rows = have(realloc(table->rows, table->capacity * sizeof *table->rows));
    }
    table->rows[table->count++] = (struct table_row){0};
}

void table_cell(
    struct table *table, const char *name, size_t name_length, const char *text, size_t length,
    enum cell_kind kind)
{
    struct table_row *row = &table->rows[table->count - 1];
    const size_t at = column_of(table, name, name_length, row->count);

    if (at >= row->count) {
        row->cells = have(realloc(row->cells, (at + 1) * sizeof *row->cells));
        while (row->count <= at)
            row->cells[row->count++] = (struct table_cell){0};
    }
    free(row->cells[at].text);
    row->cells[at] = make_cell(text, length, kind);
}

static const struct table_cell *cell_of(const struct table_row *row, size_t column)
{
    static const struct table_cell missing;

    return column < row->count ? &row->cells[column] : &missing;
}

static void put_spaces(FILE *stream, int n)
{
    if (n > 0)
        fprintf(stream, "%*s", n, "");
}

/* Cut to @width at a character's end. */
static void put_cut(FILE *stream, const char *text, int width)
{
    const char *at = text, *before = text;
    int used = 0, next = 0;

    while (*at != '\0' && used + next <= width - 1) {
        used += next;
        before = at;
        next = next_width(&at);
    }
    fprintf(stream, "%.*s…", (int)(before - text), text);
    put_spaces(stream, width - 1 - used);
}

static void put_cell(FILE *stream, const struct table_cell *cell, int width, int is_last)
{
    const char *text = cell->text != NULL ? cell->text : "";
    const char *dim = cell->kind == CELL_NULL ? colour(stream, COLOUR_DIM) : "";

    if (cell->width > width) {
        put_cut(stream, text, width);
        return;
    }
    if (cell->kind == CELL_NUMBER)
        put_spaces(stream, width - cell->width);
    fprintf(stream, "%s%s%s", dim, text, *dim != '\0' ? colour(stream, COLOUR_NONE) : "");
    if (cell->kind != CELL_NUMBER && !is_last)
        put_spaces(stream, width - cell->width);
}

static int *widest(const struct table *table)
{
    int *widths = have(calloc(table->columns + 1, sizeof *widths));

    for (size_t i = 0; i < table->columns; i++) {
        widths[i] = table->names[i].width;
        for (size_t j = 0; j < table->count; j++) {
            if (cell_of(&table->rows[j], i)->width > widths[i])
                widths[i] = cell_of(&table->rows[j], i)->width;
        }
    }
    return widths;
}

/* How narrow a column may become: as what may not be cut, or NARROWEST. */
static int least_width(const struct table *table, size_t column)
{
    int least = NARROWEST;

    for (size_t j = 0; j < table->count; j++) {
        const struct table_cell *cell = cell_of(&table->rows[j], column);

        if (cell->is_whole && cell->width > least)
            least = cell->width;
    }
    return least;
}

/* Takes from the widest column that may give until all fit. 0 when they do not. */
static int fit(int *widths, const int *least, size_t n, int room)
{
    int total = GAP * ((int)n - 1);

    for (size_t i = 0; i < n; i++)
        total += widths[i];
    while (room != 0 && total > room) {
        size_t most = n;

        for (size_t i = 0; i < n; i++) {
            if (widths[i] > least[i] && (most == n || widths[i] > widths[most]))
                most = i;
        }
        if (most == n)
            return 0;
        widths[most]--;
        total--;
    }
    return 1;
}

static void print_columns(const struct table *table, FILE *stream, const int *widths)
{
    fputs(colour(stream, COLOUR_BOLD), stream);
    for (size_t i = 0; i < table->columns; i++) {
        put_cell(stream, &table->names[i], widths[i], i + 1 == table->columns);
        put_spaces(stream, i + 1 < table->columns ? GAP : 0);
    }
    fprintf(stream, "%s\n", colour(stream, COLOUR_NONE));
    for (size_t j = 0; j < table->count; j++) {
        for (size_t i = 0; i < table->columns; i++) {
            put_cell(stream, cell_of(&table->rows[j], i), widths[i], i + 1 == table->columns);
            put_spaces(stream, i + 1 < table->columns ? GAP : 0);
        }
        putc('\n', stream);
    }
}

/* A cell behind its name, or below it where it may not be cut. */
static void
print_line(const struct table_cell *name, struct table_cell cell, int names, FILE *stream, int room)
{
    const int left = room > names + GAP + NARROWEST ? room - names - GAP : 1 << 20;
    const int is_below = cell.is_whole && cell.width > left;

    if (cell.kind == CELL_MISSING)
        return;
    if (cell.kind == CELL_NUMBER)
        cell.kind = CELL_TEXT;
    put_cell(stream, name, is_below ? name->width : names, is_below);
    if (is_below)
        putc('\n', stream);
    put_spaces(stream, GAP);
    put_cell(stream, &cell, is_below ? cell.width : left, 1);
    putc('\n', stream);
}

static void print_lines(const struct table *table, FILE *stream, int room)
{
    int names = 0;

    for (size_t i = 0; i < table->columns; i++)
        names = table->names[i].width > names ? table->names[i].width : names;
    for (size_t j = 0; j < table->count; j++) {
        if (j != 0)
            putc('\n', stream);
        for (size_t i = 0; i < table->columns; i++)
            print_line(&table->names[i], *cell_of(&table->rows[j], i), names, stream, room);
    }
}

void table_print(const struct table *table, FILE *stream, int is_single)
{
    const int room = terminal_width(stream);
    int *widths, *least;

    if (table->count == 0)
        return;
    widths = widest(table);
    least = have(calloc(table->columns + 1, sizeof *least));
    for (size_t i = 0; i < table->columns; i++)
        least[i] = least_width(table, i);
    if (!is_single && fit(widths, least, table->columns, room))
        print_columns(table, stream, widths);
    else
        print_lines(table, stream, room);
    free(least);
    free(widths);
}

void table_free(struct table *table)
{
    for (size_t j = 0; j < table->count; j++) {
        for (size_t i = 0; i < table->rows[j].count; i++)
            free(table->rows[j].cells[i].text);
        free(table->rows[j].cells);
    }
    for (size_t i = 0; i < table->columns; i++)
        free(table->names[i].text);
    free(table->names);
    free(table->rows);
    *table = (struct table){0};
}
