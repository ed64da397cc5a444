/* SPDX-License-Identifier: MIT */
#include "peer_h2_steps.h"

#include "timing.h"

#include <stdio.h>
#include <string.h>

/* How often a stream that waits for a go looks for it. */
enum { LOOK_MS = 2 };

/* What a step says: its turn is over; it goes on when something has come or gone; the script is at
 * its end, or the whole connection. */
enum turn { NEXT, WAIT, END, OVER };

/* Reading. */

static int is_whole(const struct peer_h2_stream *stream)
{
    return stream->message->state == PEER_MESSAGE_WHOLE;
}

static void note_end(struct peer_h2_stream *stream)
{
    if (stream->ended && stream->body_taken == stream->body->length && !is_whole(stream))
        peer_record_end(stream->record, stream->message);
}

static int take_head(struct peer_h2_stream *stream)
{
    if (stream->taken)
        return 0;
    if (peer_record_head(stream->record, stream->message) != 0)
        return -1;
    stream->taken = 1;
    note_end(stream);
    return 0;
}

static enum turn read_head(struct peer_h2_stream *stream)
{
    return !stream->taken && take_head(stream) == 0 ? NEXT : END;
}

/* Takes up to @most bytes of what has come of the body, and opens the window for as many. */
static size_t take_body(struct peer_h2_stream *stream, size_t most)
{
    size_t length = stream->body->length - stream->body_taken;

    if (length > most)
        length = most;
    if (length != 0 &&
        peer_record_body(
            stream->record, stream->message, stream->body->text + stream->body_taken, length) != 0)
        return 0;
    stream->body_taken += length;
    nghttp2_session_consume(stream->session, stream->id, length);
    note_end(stream);
    return length;
}

/* A stream that the client has reset brings nothing more. */
static enum turn read_body(struct peer_h2_stream *stream)
{
    if (!stream->taken)
        return NEXT;
    take_body(stream, stream->body->length);
    if (is_whole(stream))
        return NEXT;
    return stream->ended || stream->closed ? END : WAIT;
}

static enum turn read_request(struct peer_h2_stream *stream)
{
    if (!stream->begun && read_head(stream) != NEXT)
        return END;
    return read_body(stream);
}

static enum turn read_bytes(struct peer_h2_stream *stream)
{
    if (take_head(stream) != 0)
        return END;
    if (!stream->begun)
        stream->left = stream->step->number;
    stream->left -= (long)take_body(stream, (size_t)stream->left);
    if (stream->left == 0)
        return NEXT;
    return stream->ended || stream->closed ? END : WAIT;
}

/* Sending. */

static size_t out_left(const struct peer_h2_stream *stream)
{
    return stream->out_length * stream->out_times - stream->out_at;
}

static ssize_t give(
    nghttp2_session *session, int32_t id, uint8_t *out, size_t size, uint32_t *flags,
    nghttp2_data_source *source, void *nothing)
{
    struct peer_h2_stream *stream = source->ptr;
    size_t length = out_left(stream) < size ? out_left(stream) : size;

    (void)session;
    (void)id;
    (void)nothing;
    if (length == 0 && !stream->out_last)
        return NGHTTP2_ERR_DEFERRED;
    for (size_t i = 0; i < length; i++)
        out[i] = (uint8_t)stream->out[stream->out_at++ % stream->out_length];
    if (stream->out_last && out_left(stream) == 0)
        *flags = NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)length;
}

static nghttp2_nv field(const char *name, const char *value)
{
    /* nghttp2 copies both. */
    union {
        const char *text;
        uint8_t *bytes;
    } n = {name}, v = {value};

    return (nghttp2_nv){n.bytes, v.bytes, strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE};
}

static const char *content_type(const struct peer_step *step)
{
    return step->action == PEER_DO_ANSWER_HEAD && step->text != NULL
               ? step->text
               : "application/json; charset=utf-8";
}

/* @length of the body to be announced; −1: nothing is. */
static void begin_answer(struct peer_h2_stream *stream, long status, long length, int bodyless)
{
    nghttp2_data_provider source = {.source = {.ptr = stream}, .read_callback = give};
    char code[24], size[24];
    nghttp2_nv fields[3];
    size_t n = 0;

    snprintf(code, sizeof code, "%ld", status);
    snprintf(size, sizeof size, "%ld", length);
    fields[n++] = field(":status", code);
    if (status != 204 && status != 304) {
        fields[n++] = field("content-type", content_type(stream->step));
        if (length >= 0)
            fields[n++] = field("content-length", size);
    }
    nghttp2_submit_response(stream->session, stream->id, fields, n, bodyless ? NULL : &source);
    stream->out_begun = 1;
    stream->out_last = bodyless;
}

static void put_out(struct peer_h2_stream *stream, const char *text, size_t length, size_t times)
{
    stream->out = text;
    stream->out_length = length;
    stream->out_times = times;
    stream->out_at = 0;
    nghttp2_session_resume_data(stream->session, stream->id);
}

/* The client takes what its window allows; the rest waits. */
static enum turn go_out(struct peer_h2_stream *stream)
{
    if (nghttp2_session_send(stream->session) != 0)
        return OVER;
    if (out_left(stream) == 0)
        return NEXT;
    return stream->closed ? END : WAIT;
}

static enum turn answer_part(struct peer_h2_stream *stream, size_t shown, int last)
{
    const struct peer_step *step = stream->step;
    int bodyless =
        step->number == 204 || step->number == 304 || strcmp(stream->method, "HEAD") == 0;

    if (!stream->begun) {
        if (stream->out_begun)
            return END;
        begin_answer(stream, step->number, (long)strlen(step->text), bodyless);
        if (!bodyless) {
            stream->out_last = last;
            put_out(stream, step->text, shown, 1);
        }
    }
    return go_out(stream);
}

static enum turn answer(struct peer_h2_stream *stream)
{
    return answer_part(stream, strlen(stream->step->text), 1);
}

static enum turn half_answer(struct peer_h2_stream *stream)
{
    return answer_part(stream, strlen(stream->step->text) / 2, 0);
}

static enum turn answer_head(struct peer_h2_stream *stream)
{
    if (stream->out_begun)
        return END;
    begin_answer(stream, stream->step->number, -1, 0);
    return go_out(stream);
}

static enum turn send_times(struct peer_h2_stream *stream, size_t length, size_t times)
{
    if (!stream->begun) {
        if (!stream->out_begun)
            begin_answer(stream, 200, -1, 0);
        put_out(stream, stream->step->text, length, times);
    }
    return go_out(stream);
}

static enum turn send_text(struct peer_h2_stream *stream)
{
    const struct peer_step *step = stream->step;

    return send_times(stream, step->number < 0 ? strlen(step->text) : (size_t)step->number, 1);
}

static enum turn send_repeated(struct peer_h2_stream *stream)
{
    return send_times(stream, strlen(stream->step->text), (size_t)stream->step->number);
}

/* left counts the bytes that are out. */
static enum turn drip(struct peer_h2_stream *stream)
{
    const struct peer_step *step = stream->step;

    if (!stream->begun) {
        stream->left = 0;
        stream->moment = timing_now_ms();
        if (!stream->out_begun)
            begin_answer(stream, 200, -1, 0);
    }
    while (timing_now_ms() >= stream->moment) {
        enum turn turn;

        if (step->text[stream->left] == '\0')
            return NEXT;
        if (stream->closed)
            return END;
        put_out(stream, step->text + stream->left++, 1, 1);
        stream->moment = timing_now_ms() + step->number;
        turn = go_out(stream);
        if (turn != NEXT)
            return turn;
    }
    return WAIT;
}

/* Waiting. */

static enum turn stall(struct peer_h2_stream *stream)
{
    if (!stream->begun)
        stream->moment = stream->step->number < 0 ? -1 : timing_now_ms() + stream->step->number;
    return stream->moment >= 0 && timing_now_ms() >= stream->moment ? NEXT : WAIT;
}

static enum turn wait_go(struct peer_h2_stream *stream)
{
    if (!stream->begun)
        peer_record_count(stream->record, PEER_PAUSES);
    return peer_record_take_go(stream->record) ? NEXT : WAIT;
}

/* The connection and the stream. */

static enum turn handshake(struct peer_h2_stream *stream)
{
    (void)stream;
    return NEXT;
}

static enum turn half_close(struct peer_h2_stream *stream)
{
    return peer_wire_half_close(stream->wire) == 0 ? NEXT : OVER;
}

static enum turn close_all(struct peer_h2_stream *stream)
{
    (void)stream;
    return OVER;
}

static enum turn reset_all(struct peer_h2_stream *stream)
{
    peer_wire_reset(stream->wire);
    return OVER;
}

static enum turn goaway(struct peer_h2_stream *stream)
{
    int32_t last = stream->id - 2 * (int32_t)stream->step->number;

    nghttp2_submit_goaway(
        stream->session, NGHTTP2_FLAG_NONE, last > 0 ? last : 0, NGHTTP2_NO_ERROR, NULL, 0);
    return nghttp2_session_send(stream->session) == 0 ? NEXT : OVER;
}

static void reset_stream(struct peer_h2_stream *stream, uint32_t why)
{
    nghttp2_submit_rst_stream(stream->session, NGHTTP2_FLAG_NONE, stream->id, why);
    nghttp2_session_send(stream->session);
}

static enum turn end_stream(struct peer_h2_stream *stream)
{
    reset_stream(stream, (uint32_t)stream->step->number);
    return NEXT;
}

static enum turn end(struct peer_h2_stream *stream)
{
    (void)stream;
    return END;
}

static enum turn (*const actions[])(struct peer_h2_stream *) = {
    [PEER_DO_END] = end,
    [PEER_DO_READ_HEAD] = read_head,
    [PEER_DO_READ_BODY] = read_body,
    [PEER_DO_READ_REQUEST] = read_request,
    [PEER_DO_READ_BYTES] = read_bytes,
    [PEER_DO_SEND] = send_text,
    [PEER_DO_SEND_REPEATED] = send_repeated,
    [PEER_DO_ANSWER] = answer,
    [PEER_DO_HALF_ANSWER] = half_answer,
    [PEER_DO_ANSWER_HEAD] = answer_head,
    [PEER_DO_DRIP] = drip,
    [PEER_DO_STALL] = stall,
    [PEER_DO_WAIT_GO] = wait_go,
    [PEER_DO_HANDSHAKE] = handshake,
    [PEER_DO_HALF_CLOSE] = half_close,
    [PEER_DO_CLOSE] = close_all,
    [PEER_DO_RESET] = reset_all,
    [PEER_DO_LOOP] = end,
    [PEER_DO_GOAWAY] = goaway,
    [PEER_DO_END_STREAM] = end_stream,
};

/* What comes of the request later is nobody's: the window is for the other streams. */
static void finish(struct peer_h2_stream *stream)
{
    stream->done = 1;
    nghttp2_session_consume(stream->session, stream->id, stream->body->length - stream->body_taken);
    stream->body_taken = stream->body->length;
    if (stream->closed)
        return;
    if (!stream->out_begun) {
        reset_stream(stream, NGHTTP2_INTERNAL_ERROR);
        return;
    }
    stream->out_last = 1;
    nghttp2_session_resume_data(stream->session, stream->id);
    nghttp2_session_send(stream->session);
}

void peer_h2_steps_run(struct peer_h2_stream *stream)
{
    while (stream->headed && !stream->done) {
        enum turn turn = actions[stream->step->action](stream);

        stream->begun = turn == WAIT;
        if (turn == WAIT)
            return;
        if (turn == NEXT)
            stream->step++;
        else if (turn == END)
            finish(stream);
        else
            stream->done = stream->over = 1;
    }
}

static long until(long moment)
{
    long left = moment - timing_now_ms();

    return left > 0 ? left : 0;
}

long peer_h2_steps_rest(const struct peer_h2_stream *stream)
{
    if (stream->done)
        return -1;
    switch ((int)stream->step->action) {
    case PEER_DO_WAIT_GO:
        return LOOK_MS;
    case PEER_DO_STALL:
        return stream->moment < 0 ? -1 : until(stream->moment);
    case PEER_DO_DRIP:
        return until(stream->moment);
    default:
        return -1;
    }
}
