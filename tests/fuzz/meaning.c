/* SPDX-License-Identifier: MIT */
#include "meaning.h"

#include "postgrest.h"

const char *meaning_part_end(const char *at, const char *end, int dots)
{
    struct reader reader = {at, end};
    struct buffer text = BUFFER_INIT;
    int quoted = model_quoted(&reader, &text) == 0;

    buffer_free(&text);
    if (quoted)
        return reader.at;
    while (at < end && !(dots && *at == '.') && !(end - at > 1 && at[0] == '-' && at[1] == '>'))
        at++;
    return at;
}

/* What the caller means by a part: without its quotes when it stands in them. */
static void mean_part(struct buffer *out, char kind, const char *at, const char *end)
{
    struct reader reader = {at, end};
    struct buffer text = BUFFER_INIT;
    int bare = model_quoted(&reader, &text) != 0 || reader.at != end;
    size_t digits = at < end && *at == '-', first = digits;

    if (bare) {
        buffer_clear(&text);
        buffer_put(&text, at, (size_t)(end - at));
    }
    while (at + digits < end && at[digits] >= '0' && at[digits] <= '9')
        digits++;
    if (at + digits == end && digits > first && kind != '.')
        kind = kind == '>' ? '#' : '3';
    model_part(out, kind, buffer_text(&text), text.length);
    buffer_free(&text);
}

void meaning_column(struct buffer *out, const char *at, const char *end, int dots)
{
    char kind = '.';

    for (;;) {
        const char *behind = meaning_part_end(at, end, dots && kind == '.');

        mean_part(out, kind, at, behind);
        if (behind == end)
            return;
        at = behind + 1;
        if (*behind == '.')
            continue;
        at++;
        kind = '>';
        if (at < end && *at == '>') {
            kind = '2';
            at++;
        }
    }
}
