/* SPDX-License-Identifier: MIT */
/* Making hostile texts. */
#include "wire/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG 8192

uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* What means something to a URL, PostgREST, an array, JSON, LIKE, a regular expression or a text search. */
static const char *const pieces[] = {
    "\"",
    "\\",
    ",",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "%",
    "*",
    "_",
    ".",
    ":",
    " ",
    "'",
    "&",
    "=",
    "?",
    "#",
    "+",
    "/",
    "|",
    "!",
    "<",
    ">",
    "-",
    "^",
    "$",
    "~",
    ";",
    "@",
    "`",
    "\n",
    "\r",
    "\t",
    "\x01",
    "\x7f",
    "\\\"",
    "\"\"",
    "\\\\",
    "%22",
    "%00",
    "->>",
    "->",
    "::",
    "--",
    "/*",
    "not.",
    "and",
    "or",
    "null",
    "NULL",
    "true",
    "eq.",
    "in.(",
    "is.null",
    "like.",
    "a",
    "B",
    "c",
    "Z",
    "0",
    "7",
    "9",
    "word",
    "Word",
    "e",
    "E",
    /* é, e + combining acute, ß, İ, ﬀ, 中, 🌷, a family joined by ZWJ, a flag, Arabic, Hebrew, RTL marks */
    "\xC3\xA9",
    "e\xCC\x81",
    "\xC3\x9F",
    "\xC4\xB0",
    "\xEF\xAC\x80",
    "\xE4\xB8\xAD",
    "\xF0\x9F\x8C\xB7",
    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
    "\xF0\x9F\x87\xB3\xF0\x9F\x87\xB1",
    "\xD8\xB3\xD9\x84\xD8\xA7\xD9\x85",
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
    "\xE2\x80\xAE",
    "\xE2\x80\x8F",
    /* no-break space, line separator, BOM, the last code point */
    "\xC2\xA0",
    "\xE2\x80\xA8",
    "\xEF\xBB\xBF",
    "\xF4\x8F\xBF\xBF",
};

/* Texts that are something else when they are read wrongly. */
static const char *const classics[] = {
    "",
    " ",
    "\"",
    "\"\"",
    "\\",
    "\\\\",
    ",",
    "()",
    "{}",
    "[]",
    "%",
    "%%",
    "_",
    "*",
    ".",
    "null",
    "NULL",
    "\"null\"",
    "true",
    "false",
    "unknown",
    "eq.1",
    "not.eq.1",
    "in.(1,2)",
    "is.null",
    "or",
    "and",
    "(any).{a}",
    "a,b",
    "\"a,b\"",
    "a\"b,c",
    "a\\,b",
    "a)b",
    "(a",
    "{a,b}",
    "{\"a\"}",
    "{\"a\":1}",
    "[1,2)",
    " lead",
    "trail ",
    " both ",
    "a b",
    "a  b",
    "a+b",
    "a%20b",
    "a%2Bb",
    "a&b=c",
    "a#b",
    "a?b",
    "x;y",
    "\n",
    "line\nbreak",
    "\r\n",
    "tab\there",
    "' or 1=1 --",
    "'; drop table strings; --",
    "$1",
    "\\x41",
    "\\u0041",
    "star*x",
    "star%x",
    "100%",
    "a_b",
    "id",
    "value",
    "\"id\"",
    "id.desc",
    "value->>a",
    "*)",
    "a|b",
    "a&b",
    "!a",
    "a:*",
    "<->",
    "\"quoted phrase\" -word",
    "1",
    "01",
    "1.0",
    "-1",
    "1e5",
    "NaN",
    "Infinity",
    "%00",
    "\xC3\xA9",
    "e\xCC\x81",
    "\xF0\x9F\x8C\xB7",
    "\xE2\x80\xAE"
    "abc",
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static char *room(size_t length)
{
    char *text = malloc(length + 1);

    if (text == NULL)
        abort();
    return text;
}

static char *random_text(uint64_t *state, size_t length)
{
    char *text = room(length + 64);
    size_t used = 0;

    while (used < length) {
        const char *piece = pieces[next_random(state) % COUNT(pieces)];

        if (next_random(state) % 3 == 0) {
            text[used++] = (char)('a' + next_random(state) % 26);
            continue;
        }
        memcpy(text + used, piece, strlen(piece));
        used += strlen(piece);
    }
    text[used] = '\0';
    return text;
}

static size_t random_length(uint64_t *state)
{
    uint64_t kind = next_random(state) % 200;

    if (kind == 0)
        return LONG;
    if (kind < 6)
        return 200 + next_random(state) % 800;
    return next_random(state) % (kind < 100 ? 8 : 40);
}

/* One that a mistake would take for @text: with quotes, blanks, a backslash, another case, a wildcard. */
static char *cousin(const char *text, uint64_t *state)
{
    size_t length = strlen(text);
    char *out = room(2 * length + 8);
    char c;

    switch (next_random(state) % 9) {
    case 0:
        sprintf(out, "\"%s\"", text);
        break;
    case 1:
        sprintf(out, " %s", text);
        break;
    case 2:
        sprintf(out, "%s ", text);
        break;
    case 3:
        sprintf(out, "%s\\", text);
        break;
    case 4:
        sprintf(out, "%s,%.1s", text, "a");
        break;
    case 5:
        sprintf(out, "%s%%", text);
        break;
    case 6:
        sprintf(out, "%s_", text);
        break;
    default:
        strcpy(out, text);
        for (char *at = out; *at != '\0'; at++) {
            c = *at;
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
                *at = (char)(c ^ 0x20);
        }
    }
    return out;
}

static char *copy(const char *text)
{
    char *out = room(strlen(text));

    return strcpy(out, text);
}

int world_make(struct world *world, size_t count, uint64_t seed)
{
    uint64_t state = seed;

    world->count = count;
    world->texts = calloc(count + 1, sizeof *world->texts);
    if (world->texts == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *before = i > 0 ? world->texts[next_random(&state) % i] : "";

        if (i < COUNT(classics))
            world->texts[i] = copy(classics[i]);
        else if (next_random(&state) % 3 == 0 && strlen(before) < 1000)
            world->texts[i] = cousin(before, &state);
        else
            world->texts[i] = random_text(&state, random_length(&state));
    }
    return 0;
}

void world_free(struct world *world)
{
    for (size_t i = 0; i < world->count; i++)
        free(world->texts[i]);
    free(world->texts);
}

void world_list(const struct world *world, size_t at, const char *list[3])
{
    for (size_t i = 0; i < 3; i++)
        list[i] = world->texts[(at + i * 7) % world->count];
}

/* Writes @text with a backslash before @marks; JSON's control characters as \u. */
static char *escaped(const char *text, const char *marks, int json)
{
    static const char hex[] = "0123456789abcdef";
    char *out = room(6 * strlen(text) + 2), *to = out;

    *to++ = '"';
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (json && c < ' ') {
            memcpy(to, "\\u00", 4);
            to[4] = hex[c >> 4];
            to[5] = hex[c & 15];
            to += 6;
            continue;
        }
        if (strchr(marks, c) != NULL)
            *to++ = '\\';
        *to++ = (char)c;
    }
    *to++ = '"';
    *to = '\0';
    return out;
}

char *json_of(const char *text)
{
    return escaped(text, "\"\\", 1);
}

char *quoted_of(const char *text)
{
    return escaped(text, "\"\\", 0);
}

int looks_like_filter(const char *text)
{
    static const char *const words[] = {
        "not",   "eq",     "neq", "gt", "gte", "lt",  "lte", "like",      "ilike",
        "match", "imatch", "in",  "is", "fts", "cs",  "cd",  "plfts",     "phfts",
        "wfts",  "ov",     "sl",  "sr", "nxr", "nxl", "adj", "isdistinct"};
    size_t length = strcspn(text, ".(");

    for (size_t i = 0; text[length] != '\0' && i < COUNT(words); i++) {
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
            return 1;
    }
    return 0;
}
