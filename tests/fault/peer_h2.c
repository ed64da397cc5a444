/* SPDX-License-Identifier: MIT */
#include "peer_h2.h"

#include "peer_h2_steps.h"

#include <string.h>

enum { MOST_STREAMS = 128 };

struct connection {
    struct peer_wire *wire;
    struct peer_record *record;
    const struct peer_scripts *scripts;
    nghttp2_session *session;
    struct peer_h2_stream *streams;
};

static int choose(
    SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *offered,
    unsigned size, void *nothing)
{
    (void)ssl;
    (void)nothing;
    for (unsigned i = 0; i + 2 < size; i += offered[i] + 1U) {
        if (offered[i] == 2 && memcmp(offered + i + 1, "h2", 2) == 0) {
            *out = offered + i + 1;
            *length = 2;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void peer_h2_choose(SSL_CTX *tls)
{
    SSL_CTX_set_alpn_select_cb(tls, choose, NULL);
}

static ssize_t
write_out(nghttp2_session *session, const uint8_t *bytes, size_t length, int flags, void *user)
{
    struct connection *connection = user;

    (void)session;
    (void)flags;
    return peer_wire_write(connection->wire, (const char *)bytes, length) == 0
               ? (ssize_t)length
               : NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* Who came first is first to take a go. */
static void append(struct connection *connection, struct peer_h2_stream *stream)
{
    struct peer_h2_stream **link = &connection->streams;

    while (*link != NULL)
        link = &(*link)->next;
    *link = stream;
}

static int on_begin(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct connection *connection = user;
    struct peer_h2_stream *stream;
    size_t i;

    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    i = peer_record_count(connection->record, PEER_STREAMS);
    stream = peer_h2_stream_new(
        session, connection->wire, connection->record, frame->hd.stream_id,
        peer_scripts_get(connection->scripts, i));
    if (stream == NULL)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    append(connection, stream);
    nghttp2_session_set_stream_user_data(session, stream->id, stream);
    return 0;
}

static int on_field(
    nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_length,
    const uint8_t *value, size_t value_length, uint8_t flags, void *user)
{
    struct peer_h2_stream *stream =
        nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

    (void)flags;
    (void)user;
    if (stream == NULL || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    return peer_h2_stream_field(
               stream, (const char *)name, name_length, (const char *)value, value_length) == 0
               ? 0
               : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_data(
    nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes, size_t length,
    void *user)
{
    struct peer_h2_stream *stream = nghttp2_session_get_stream_user_data(session, id);

    (void)flags;
    (void)user;
    if (stream == NULL || stream->done)
        return nghttp2_session_consume(session, id, length);
    return peer_h2_stream_data(stream, (const char *)bytes, length) == 0
               ? 0
               : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct connection *connection = user;
    struct peer_h2_stream *stream =
        nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

    if (stream == NULL)
        return 0;
    if (frame->hd.type == NGHTTP2_RST_STREAM)
        peer_record_count(connection->record, PEER_CANCELS);
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
        return 0;
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
        stream->ended = 1;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    return peer_h2_stream_head(stream) == 0 ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t why, void *user)
{
    struct peer_h2_stream *stream = nghttp2_session_get_stream_user_data(session, id);

    (void)why;
    (void)user;
    if (stream != NULL)
        stream->closed = 1;
    return 0;
}

static void set_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_send_callback(callbacks, write_out);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_field);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
}

/* The windows open as the steps read, not as the bytes come. */
static int new_session(struct connection *connection)
{
    nghttp2_settings_entry most = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, MOST_STREAMS};
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *options = NULL;
    int result = -1;

    if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&options) == 0) {
        set_callbacks(callbacks);
        nghttp2_option_set_no_auto_window_update(options, 1);
        if (nghttp2_session_server_new2(&connection->session, callbacks, connection, options) == 0)
            result = nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, &most, 1);
    }
    nghttp2_option_del(options);
    nghttp2_session_callbacks_del(callbacks);
    return result;
}

/* 0, or −1 when a script has ended the connection. */
static int run_streams(struct connection *connection)
{
    struct peer_h2_stream **link = &connection->streams;

    while (*link != NULL) {
        struct peer_h2_stream *stream = *link;

        peer_h2_steps_run(stream);
        if (stream->over)
            return -1;
        if (!stream->done || !stream->closed) {
            link = &stream->next;
            continue;
        }
        *link = stream->next;
        /* nghttp2 remembers closed streams for a while. */
        nghttp2_session_set_stream_user_data(connection->session, stream->id, NULL);
        peer_h2_stream_free(stream);
    }
    return 0;
}

static int wants_more(const struct connection *connection)
{
    for (const struct peer_h2_stream *s = connection->streams; s != NULL; s = s->next) {
        if (!s->done)
            return 1;
    }
    return nghttp2_session_want_read(connection->session) ||
           nghttp2_session_want_write(connection->session);
}

static long rest(const struct connection *connection)
{
    long least = -1;

    for (const struct peer_h2_stream *s = connection->streams; s != NULL; s = s->next) {
        long own = peer_h2_steps_rest(s);

        if (own >= 0 && (least < 0 || own < least))
            least = own;
    }
    return least;
}

/* 0, or −1 when the client is gone or breaks the protocol, or the peer stops. */
static int take_in(struct connection *connection)
{
    char bytes[PEER_INPUT];
    size_t length;
    int ready = peer_wire_await(connection->wire, rest(connection));

    if (ready <= 0)
        return ready;
    if (peer_wire_read(connection->wire, bytes, sizeof bytes, &length) != 0)
        return -1;
    return nghttp2_session_mem_recv(connection->session, (const uint8_t *)bytes, length) < 0 ? -1
                                                                                             : 0;
}

static void serve(struct connection *connection)
{
    if (peer_wire_handshake(connection->wire) != 0 || new_session(connection) != 0)
        return;
    while (run_streams(connection) == 0 && nghttp2_session_send(connection->session) == 0 &&
           wants_more(connection)) {
        if (take_in(connection) != 0)
            return;
    }
}

void peer_h2_play(
    struct peer_wire *wire, struct peer_record *record, const struct peer_scripts *scripts)
{
    struct connection connection = {wire, record, scripts, NULL, NULL};

    serve(&connection);
    peer_wire_close(wire);
    nghttp2_session_del(connection.session);
    while (connection.streams != NULL) {
        struct peer_h2_stream *stream = connection.streams;

        connection.streams = stream->next;
        peer_h2_stream_free(stream);
    }
}
