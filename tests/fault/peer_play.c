/* SPDX-License-Identifier: MIT */
#include "peer_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct peer_step *peer_scripts_get(const struct peer_scripts *scripts, size_t i)
{
    return scripts->steps[i < scripts->count ? i : scripts->count - 1];
}

static int fill_input(struct peer_play *play)
{
    if (play->first < play->last)
        return 0;
    play->first = 0;
    play->last = 0;
    return peer_wire_read(&play->wire, play->input, sizeof play->input, &play->last);
}

/* Whole messages are the record's. */
static int begin_message(struct peer_play *play)
{
    if (play->message == NULL || play->message->state == PEER_MESSAGE_WHOLE)
        play->message = peer_message_new();
    return play->message == NULL ? -1 : 0;
}

/* Takes up to @most bytes of the message under way; *@most becomes what was taken. */
static int take(struct peer_play *play, size_t *most, enum peer_message_state goal)
{
    size_t length;

    if (fill_input(play) != 0)
        return -1;
    length = play->last - play->first;
    if (length > *most)
        length = *most;
    *most = peer_record_take(play->record, play->message, play->input + play->first, length, goal);
    play->first += *most;
    return *most == 0 ? -1 : 0;
}

static int read_until(struct peer_play *play, enum peer_message_state goal)
{
    while (play->message->state < goal) {
        size_t any = sizeof play->input;

        if (take(play, &any, goal) != 0)
            return -1;
    }
    return 0;
}

static int read_head(struct peer_play *play, const struct peer_step *step)
{
    (void)step;
    return begin_message(play) != 0 ? -1 : read_until(play, PEER_MESSAGE_BODY);
}

static int read_body(struct peer_play *play, const struct peer_step *step)
{
    (void)step;
    return play->message == NULL ? 0 : read_until(play, PEER_MESSAGE_WHOLE);
}

static int read_request(struct peer_play *play, const struct peer_step *step)
{
    return read_head(play, step) != 0 ? -1 : read_body(play, step);
}

static int read_bytes(struct peer_play *play, const struct peer_step *step)
{
    size_t left = (size_t)step->number;

    while (left != 0) {
        size_t taken = left;

        if (begin_message(play) != 0 || take(play, &taken, PEER_MESSAGE_WHOLE) != 0)
            return -1;
        left -= taken;
    }
    return 0;
}

static int put(struct peer_play *play, const char *bytes, size_t length)
{
    if (peer_wire_write(&play->wire, bytes, length) != 0)
        return -1;
    peer_record_sent(play->record, length);
    return 0;
}

static int send_text(struct peer_play *play, const struct peer_step *step)
{
    size_t length = step->number < 0 ? strlen(step->text) : (size_t)step->number;

    return put(play, step->text, length);
}

/* In blocks, so that a million short texts do not take a million writes. */
static int send_repeated(struct peer_play *play, const struct peer_step *step)
{
    char block[PEER_INPUT];
    size_t length = strlen(step->text);
    size_t fit = length == 0 || length > sizeof block ? 0 : sizeof block / length;
    size_t left = (size_t)step->number;

    for (size_t i = 0; i < fit; i++)
        memcpy(block + i * length, step->text, length);
    while (left != 0) {
        size_t n = fit == 0 ? 1 : left < fit ? left : fit;

        if (put(play, fit == 0 ? step->text : block, n * length) != 0)
            return -1;
        left -= n;
    }
    return 0;
}

/* One write: a head and a body that arrive apart are another script. */
static int send_answer(struct peer_play *play, const struct peer_step *step, size_t shown)
{
    int bodyless = step->number == 204 || step->number == 304;
    size_t size = shown + 160;
    char *text = malloc(size);
    int length;
    int result;

    if (text == NULL)
        return -1;
    if (bodyless)
        length = snprintf(text, size, "HTTP/1.1 %ld Scripted\r\n\r\n", step->number);
    else
        length = snprintf(
            text, size,
            "HTTP/1.1 %ld Scripted\r\nContent-Type: application/json; charset=utf-8\r\n"
            "Content-Length: %zu\r\n\r\n%.*s",
            step->number, strlen(step->text), (int)shown, step->text);
    result = put(play, text, (size_t)length);
    free(text);
    return result;
}

static int answer(struct peer_play *play, const struct peer_step *step)
{
    int head_only = play->message != NULL && peer_message_is(play->message, "HEAD");

    return send_answer(play, step, head_only ? 0 : strlen(step->text));
}

static int half_answer(struct peer_play *play, const struct peer_step *step)
{
    return send_answer(play, step, strlen(step->text) / 2);
}

/* The end of the connection is the body's. */
static int answer_head(struct peer_play *play, const struct peer_step *step)
{
    char text[128];
    int length = snprintf(
        text, sizeof text,
        "HTTP/1.1 %ld Scripted\r\nContent-Type: application/json; charset=utf-8\r\n"
        "Connection: close\r\n\r\n",
        step->number);

    return put(play, text, (size_t)length);
}

static int drip(struct peer_play *play, const struct peer_step *step)
{
    for (const char *byte = step->text; *byte != '\0'; byte++) {
        if (put(play, byte, 1) != 0 || peer_wire_rest(&play->wire, step->number) != 0)
            return -1;
    }
    return 0;
}

static int stall(struct peer_play *play, const struct peer_step *step)
{
    return peer_wire_rest(&play->wire, step->number);
}

static int wait_go(struct peer_play *play, const struct peer_step *step)
{
    (void)step;
    return peer_record_await_go(play->record);
}

static int handshake(struct peer_play *play, const struct peer_step *step)
{
    (void)step;
    return peer_wire_handshake(&play->wire);
}

static int half_close(struct peer_play *play, const struct peer_step *step)
{
    (void)step;
    return peer_wire_half_close(&play->wire);
}

static int end(struct peer_play *play, const struct peer_step *step)
{
    (void)play;
    (void)step;
    return -1;
}

static int reset(struct peer_play *play, const struct peer_step *step)
{
    (void)step;
    peer_wire_reset(&play->wire);
    return -1;
}

/* A script of nothing but sends or this step ends with the peer, too. */
static int loop(struct peer_play *play, const struct peer_step *step)
{
    (void)step;
    return peer_wire_rest(&play->wire, 0);
}

/* Each returns 0 when the next step's turn has come, −1 when the connection is at its end. */
static int (*const actions[])(struct peer_play *, const struct peer_step *) = {
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
    [PEER_DO_CLOSE] = end,
    [PEER_DO_RESET] = reset,
    [PEER_DO_LOOP] = loop,
    [PEER_DO_GOAWAY] = end,
    [PEER_DO_END_STREAM] = end,
};

void peer_play(struct peer_play *play, const struct peer_step *steps)
{
    const struct peer_step *step = steps;

    while (actions[step->action](play, step) == 0)
        step = step->action == PEER_DO_LOOP ? steps : step + 1;
    peer_wire_close(&play->wire);
    if (play->message != NULL && play->message->state == PEER_MESSAGE_HEAD)
        peer_message_free(play->message);
}
