/* SPDX-License-Identifier: MIT */
#include "grammar.h"

#include "base/json.h"

#include <string.h>

#define NESTING_MAX       1000 /* cJSON's */
#define NUMBER_LENGTH_MAX 63   /* that of cJSON before the fix of CVE-2023-26819 */

struct checker {
    const char *text;
    size_t length, at;
    size_t depth;
    struct opinion opinion;
};

const char *leniency_name(enum leniency leniency)
{
    static const char *const names[] = {
        [LENIENCY_NONE] = "none",
        [LENIENCY_CONTROL] = "control character in a string",
        [LENIENCY_BLANK] = "control character between tokens",
        [LENIENCY_UTF8] = "broken UTF-8",
        [LENIENCY_BOM] = "byte-order mark",
        [LENIENCY_NUMBER] = "number grammar",
        [LENIENCY_HEX] = "\\u without four hexadecimal digits",
        [LENIENCY_NESTING] = "nesting beyond 512",
    };

    return names[leniency];
}

static void note(struct checker *checker, enum leniency leniency, size_t offset)
{
    if (checker->opinion.first == LENIENCY_NONE) {
        checker->opinion.first = leniency;
        checker->opinion.offset = offset;
    }
    checker->opinion.kinds |= 1u << leniency;
}

/* The byte at @at, or −1 behind the end. */
static int byte_at(const struct checker *checker, size_t at)
{
    return at < checker->length ? (unsigned char)checker->text[at] : -1;
}

static int is_digit_at(const struct checker *checker, size_t at)
{
    int c = byte_at(checker, at);

    return c >= '0' && c <= '9';
}

static void skip_blanks(struct checker *checker)
{
    for (;; checker->at++) {
        int c = byte_at(checker, checker->at);

        if (c < 0 || c > ' ')
            return;
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            note(checker, LENIENCY_BLANK, checker->at);
    }
}

static int take(struct checker *checker, char c)
{
    if (byte_at(checker, checker->at) != c)
        return 0;
    checker->at++;
    return 1;
}

/* The quote that ends the string whose first byte is at @at; the text's length when none does. */
static size_t string_end(const struct checker *checker, size_t at)
{
    while (at < checker->length && checker->text[at] != '"')
        at += checker->text[at] == '\\' ? 2 : 1;
    return at < checker->length ? at : checker->length;
}

/* The number of four hexadecimal digits; 0 as cJSON has it, with a note, when they are none. */
static long hex_unit(struct checker *checker, size_t escape)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    long unit = 0;

    for (size_t i = 0; i < 4; i++) {
        int c = byte_at(checker, escape + 2 + i);
        const char *found = c > 0 ? strchr(digits, c) : NULL;

        if (found == NULL) {
            note(checker, LENIENCY_HEX, escape);
            return 0;
        }
        unit = unit * 16 + (found - digits < 16 ? found - digits : found - digits - 6);
    }
    return unit;
}

/* A \u escape: the bytes it takes, or 0 when it is refused. */
static size_t check_unicode(struct checker *checker, size_t at, size_t end)
{
    long unit, low;

    if (end - at < 6)
        return 0;
    unit = hex_unit(checker, at);
    if (unit < 0xD800 || unit > 0xDFFF)
        return 6;
    if (unit >= 0xDC00 || end - at < 12 || memcmp(checker->text + at + 6, "\\u", 2) != 0)
        return 0;
    low = hex_unit(checker, at + 6);
    return low >= 0xDC00 && low <= 0xDFFF ? 12 : 0;
}

static size_t check_escape(struct checker *checker, size_t at, size_t end)
{
    int c = byte_at(checker, at + 1);

    if (c == 'u')
        return check_unicode(checker, at, end);
    return c > 0 && strchr("\"\\/bfnrt", c) != NULL ? 2 : 0;
}

/* The bytes of the character at @at, which is beyond ASCII: 1 with a note when it is broken. Decodes
 * it and asks whether that many bytes were needed. */
static size_t check_character(struct checker *checker, size_t at)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    int lead = byte_at(checker, at);
    size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    unsigned long character = (unsigned long)lead & (0x7Fu >> size);
    int broken = size == 1 || lead >= 0xF8;

    for (size_t i = 1; i < size; i++) {
        int next = byte_at(checker, at + i);

        broken |= next < 0x80 || next > 0xBF;
        character = character << 6 | ((unsigned long)next & 63);
    }
    broken |= character < least[size] || character > 0x10FFFF || character >> 11 == 0x1B;
    if (broken)
        note(checker, LENIENCY_UTF8, at);
    return broken ? 1 : size;
}

static int check_string(struct checker *checker)
{
    size_t end;

    if (!take(checker, '"'))
        return 0;
    end = string_end(checker, checker->at);
    if (end == checker->length)
        return 0;
    while (checker->at < end) {
        int c = byte_at(checker, checker->at);
        size_t n = 1;

        if (c == '\\')
            n = check_escape(checker, checker->at, end);
        else if (c >= 0x80)
            n = check_character(checker, checker->at);
        else if (c < 0x20)
            note(checker, LENIENCY_CONTROL, checker->at);
        if (n == 0)
            return 0;
        checker->at += n;
    }
    checker->at = end + 1;
    return 1;
}

/* Behind the digits at @at. */
static size_t skip_digits(const struct checker *checker, size_t at)
{
    while (is_digit_at(checker, at))
        at++;
    return at;
}

static int is_one_of(const struct checker *checker, size_t at, const char *set)
{
    int c = byte_at(checker, at);

    return c > 0 && strchr(set, c) != NULL;
}

/* Behind the exponent at @at, or @at when there is none. */
static size_t skip_exponent(const struct checker *checker, size_t at)
{
    size_t digits;

    if (!is_one_of(checker, at, "eE"))
        return at;
    digits = at + (is_one_of(checker, at + 1, "+-") ? 2 : 1);
    return is_digit_at(checker, digits) ? skip_digits(checker, digits) : at;
}

/* Behind what strtod takes for a number at @at, or @at. */
static size_t strtod_end(const struct checker *checker, size_t at)
{
    size_t first = at + (byte_at(checker, at) == '-');
    size_t behind = skip_digits(checker, first);
    size_t digits = behind - first;

    if (byte_at(checker, behind) == '.') {
        size_t fraction = skip_digits(checker, behind + 1);

        digits += fraction - behind - 1;
        behind = fraction;
    }
    return digits == 0 ? at : skip_exponent(checker, behind);
}

/* Where RFC 8259's number at @at ends, or where it breaks. */
static size_t number_end(const struct checker *checker, size_t at)
{
    at += byte_at(checker, at) == '-';
    if (!is_digit_at(checker, at))
        return at;
    at = byte_at(checker, at) == '0' ? at + 1 : skip_digits(checker, at);
    if (byte_at(checker, at) == '.') {
        if (!is_digit_at(checker, at + 1))
            return at + 1;
        at = skip_digits(checker, at + 1);
    }
    return skip_exponent(checker, at);
}

/* 1 when there is a point with no digit on one of its sides, which strtod does not mind. */
static int has_bare_point(const struct checker *checker, size_t from, size_t to)
{
    const char *point = memchr(checker->text + from, '.', to - from);
    size_t at = point == NULL ? to : (size_t)(point - checker->text);

    return at < to &&
           (!is_digit_at(checker, at + 1) || at == from || !is_digit_at(checker, at - 1));
}

static int check_number(struct checker *checker)
{
    size_t start = checker->at, behind = strtod_end(checker, start);
    size_t strict = number_end(checker, start), run = start;

    if (behind == start)
        return 0;
    if (strict < behind || has_bare_point(checker, start, behind))
        note(checker, LENIENCY_NUMBER, strict);
    while (is_one_of(checker, run, "0123456789+-eE."))
        run++;
    checker->opinion.has_long_numbers |= run - start > NUMBER_LENGTH_MAX;
    checker->at = behind;
    return 1;
}

static int check_value(struct checker *checker);

static int check_member(struct checker *checker, int object)
{
    skip_blanks(checker);
    if (object) {
        if (!check_string(checker))
            return 0;
        skip_blanks(checker);
        if (!take(checker, ':'))
            return 0;
        skip_blanks(checker);
    }
    if (!check_value(checker))
        return 0;
    skip_blanks(checker);
    return 1;
}

static int check_container(struct checker *checker, int object)
{
    char end = object ? '}' : ']';

    if (++checker->depth > NESTING_MAX)
        return 0;
    if (checker->depth > JSON_DEPTH)
        note(checker, LENIENCY_NESTING, checker->at);
    checker->at++;
    skip_blanks(checker);
    if (!take(checker, end)) {
        do {
            if (!check_member(checker, object))
                return 0;
        } while (take(checker, ','));
        if (!take(checker, end))
            return 0;
    }
    checker->depth--;
    return 1;
}

static int check_word(struct checker *checker, const char *word)
{
    size_t length = strlen(word);

    if (checker->length - checker->at < length ||
        memcmp(checker->text + checker->at, word, length) != 0)
        return 0;
    checker->at += length;
    return 1;
}

static int check_value(struct checker *checker)
{
    int c = byte_at(checker, checker->at);

    if (c == '{' || c == '[')
        return check_container(checker, c == '{');
    if (c == '"')
        return check_string(checker);
    if (c == '-' || is_digit_at(checker, checker->at))
        return check_number(checker);
    return check_word(checker, "null") || check_word(checker, "true") ||
           check_word(checker, "false");
}

struct opinion grammar_opinion(const char *text, size_t length)
{
    struct checker checker = {.text = text, .length = length};

    if (length > 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        note(&checker, LENIENCY_BOM, 0);
        checker.at = 3;
    }
    skip_blanks(&checker);
    checker.opinion.accepted = check_value(&checker);
    skip_blanks(&checker);
    if (checker.at != length)
        checker.opinion.accepted = 0;
    return checker.opinion;
}
