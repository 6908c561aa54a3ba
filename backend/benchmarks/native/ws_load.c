/* Many WebSocket clients in one thread: connects them, reads every frame, answers pings, and says how old frames are.
 *
 * A line on stdin is answered with a line of JSON about the time since the line before; the end of stdin ends it.
 * publish to client: the frame's "ts" (RFC 3339, +07:00, microseconds) against CLOCK_REALTIME on arrival.
 * feed to client: every quote of the sender carries CLOCK_MONOTONIC in its third bid (benchmarks/frame_mix.py). A delta
 * to a sampled client has the newest quote of each symbol that changed, and each is counted: that is every message, as
 * long as a symbol has fewer quotes than frames. With -e (quotes come more often) a frame stands for what was sent
 * between the newest quote of the frame before and its own newest: at a steady rate those messages lie evenly between
 * the two, so MOMENTS evenly spaced ones are counted for all of them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "common.h"

enum { HEAD_BYTES = 320, BUFFER_BYTES = 1 << 18, EVENTS = 512, MOMENTS = 20, CLOSE_CODES = 5000 };
enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };
static const int64_t STAMP_MODULUS = 10000000000; /* as in frame_mix.py */
static const int64_t DAY_US = 86400000000, VIETNAM_US = 7 * 3600 * 1000000LL;
static const int64_t HANDSHAKE_TIMEOUT_US = 20 * 1000000LL;

typedef enum { WAITING, CONNECTING, SHAKING, OPEN, GONE } state;

typedef struct {
    int fd;
    state state;
    int is_sampled, was_open;
    int64_t due_us;         /* WAITING: when to connect; SHAKING: when to give up */
    unsigned char head[HEAD_BYTES]; /* the first bytes of the frame: header, then payload */
    size_t head_size;
    size_t header_size;     /* 0 while the header is incomplete */
    uint64_t left;          /* payload bytes still to come */
    uint64_t size;          /* of the whole payload */
    char *body;             /* sampled clients keep the payload */
    size_t body_capacity;
    int64_t newest_stamp;   /* of the frame before; -1: none yet */
    uint32_t frames;        /* in this report */
    unsigned attempts;      /* since it was last open */
    int64_t back_lo_us, back_hi_us; /* what the server's bye asked for */
} client;

#define DEFLATE_OFFER "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n"

static struct {
    int port, clients, addresses, in_flight, sample_every, never_reads, reconnects, deflates, counts_evenly;
    const char *path, *message;
} options = {.addresses = 20, .in_flight = 64, .sample_every = 50, .path = "/"};

static client *clients;
static int poller, open_count, joined_count, shaking_count, waiting_count;
static uint64_t frames, bytes, refused, closes[CLOSE_CODES];
static histogram publish_ms, feed_ms, sizes;
static char buffer[BUFFER_BYTES], inflated[1 << 20];

/* -- connecting -- */

static void wait_until(client *c, int64_t due_us) {
    c->state = WAITING;
    c->due_us = due_us;
    waiting_count++;
}

static int64_t random_between(int64_t lo, int64_t hi) { return lo + (int64_t)(drand48() * (double)(hi - lo)); }

static void lose(client *c) {
    if (c->state == OPEN) open_count--;
    if (c->state == CONNECTING || c->state == SHAKING) {
        shaking_count--;
        refused++;
    }
    close(c->fd);
    c->fd = -1;
    c->state = GONE;
    if (c->was_open && !options.reconnects) return;
    /* the server's bye says when to come back; without it, and again later, full jitter on a doubling delay */
    int64_t now = clock_us(CLOCK_MONOTONIC);
    if (c->back_hi_us) {
        wait_until(c, now + random_between(c->back_lo_us, c->back_hi_us));
        c->back_hi_us = 0;
    } else {
        int64_t most = 500000LL << (c->attempts < 3 ? c->attempts : 3);
        wait_until(c, now + random_between(100000, most));
    }
}

static void begin_connect(client *c) {
    int number = (int)(c - clients);
    waiting_count--;
    shaking_count++;
    c->state = CONNECTING;
    c->attempts++;
    c->due_us = clock_us(CLOCK_MONOTONIC) + HANDSHAKE_TIMEOUT_US;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) fail("socket");
    int on = 1;
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    struct linger abort_on_close = {1, 0}; /* no TIME_WAIT: the ports are needed again */
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &abort_on_close, sizeof abort_on_close);
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(0x7f000002u + (uint32_t)(number % options.addresses));
    to.sin_addr.s_addr = htonl(0x7f000001u);
    to.sin_port = htons((uint16_t)options.port);
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from)) fail("bind");
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) {
        lose(c);
        return;
    }
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event)) fail("epoll_ctl");
}

static void send_request(client *c) {
    char request[1024];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                        options.path, options.port,
                        options.deflates ? DEFLATE_OFFER : "");
    if (size >= (int)sizeof request || write(c->fd, request, (size_t)size) != size) {
        lose(c);
        return;
    }
    c->state = SHAKING;
    c->head_size = 0;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event)) fail("epoll_ctl");
}

static void send_masked(client *c, int opcode, const void *payload, size_t size) {
    unsigned char frame[2048] = {(unsigned char)(0x80 | opcode)};
    size_t at = 2;
    if (size > 1024) return;
    if (size < 126) {
        frame[1] = (unsigned char)(0x80 | size);
    } else {
        frame[1] = 0x80 | 126;
        frame[at++] = (unsigned char)(size >> 8);
        frame[at++] = (unsigned char)size;
    }
    at += 4; /* a mask of zeros leaves the payload as it is */
    memcpy(frame + at, payload, size);
    if (write(c->fd, frame, at + size) < 0 && errno != EAGAIN) return; /* the next read says the same */
}

/* Return the bytes before the first frame, -1 if this is no welcome. A server writes its answer in one piece. */
static ssize_t take_answer(client *c, const char *data, size_t size) {
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end || strncmp(data, "HTTP/1.1 101", 12)) return -1;
    c->state = OPEN;
    joined_count += !c->was_open;
    c->was_open = 1;
    c->head_size = c->header_size = 0;
    c->left = 0;
    c->newest_stamp = -1;
    c->attempts = 0;
    shaking_count--;
    open_count++;
    if (options.message) send_masked(c, TEXT, options.message, strlen(options.message));
    return end + 4 - data;
}

/* -- frames -- */

static int digits(const char *at, int count) {
    int value = 0;
    for (int n = 0; n < count; n++) {
        if (at[n] < '0' || at[n] > '9') return -1;
        value = value * 10 + (at[n] - '0');
    }
    return value;
}

/* The age in microseconds of "ts":"2026-11-21T09:15:00.123456+07:00", -1 when the frame has none. */
static int64_t age_of(const char *payload, size_t size, int64_t now_real_us) {
    const char *ts = memmem(payload, size, "\"ts\":\"", 6);
    if (!ts || ts + 32 > payload + size || ts[25] != '.') return -1;
    int hour = digits(ts + 17, 2), minute = digits(ts + 20, 2), second = digits(ts + 23, 2), us = digits(ts + 26, 6);
    if (hour < 0 || minute < 0 || second < 0 || us < 0) return -1;
    int64_t built_us = ((hour * 60LL + minute) * 60 + second) * 1000000 + us;
    int64_t age_us = ((now_real_us + VIETNAM_US) % DAY_US - built_us + DAY_US) % DAY_US;
    return age_us > DAY_US / 2 ? 0 : age_us;
}

static int64_t stamp_age(int64_t stamp, int64_t now_us) {
    return ((now_us - stamp) % STAMP_MODULUS + STAMP_MODULUS) % STAMP_MODULUS;
}

/* The newest stamp among the third bids of a frame, -1 when there is none. Counts the age of each if it is told to. */
static int64_t newest_stamp_of(const char *body, size_t size, int64_t now_us, int counts_each) {
    const char *at = body, *end = body + size;
    int64_t newest = -1;
    while ((at = memmem(at, (size_t)(end - at), "\"bids\":[[", 9))) {
        const char *close = memmem(at, (size_t)(end - at), "]]", 2);
        if (!close) break;
        const char *last = memrchr(at, ',', (size_t)(close - at));
        int64_t stamp = last ? strtoll(last + 1, NULL, 10) : 0;
        if (stamp > 1000000 && counts_each) histogram_add(&feed_ms, (double)stamp_age(stamp, now_us) / 1e3);
        if (stamp > 1000000 && (newest < 0 || stamp_age(stamp, now_us) < stamp_age(newest, now_us))) newest = stamp;
        at = close;
    }
    return newest;
}

static void take_stamps(client *c, const char *body, size_t size, int64_t now_us) {
    static const char DELTA[] = "{\"type\":\"delta\"";
    int is_delta = size > sizeof DELTA && !memcmp(body, DELTA, sizeof DELTA - 1);
    int64_t newest = newest_stamp_of(body, size, now_us, is_delta && !options.counts_evenly);
    if (newest < 0) return;
    if (c->newest_stamp >= 0 && options.counts_evenly) {
        double young = (double)stamp_age(newest, now_us), old = (double)stamp_age(c->newest_stamp, now_us);
        for (int n = 0; n < MOMENTS; n++) histogram_add(&feed_ms, (young + (old - young) * n / MOMENTS) / 1e3);
    }
    c->newest_stamp = newest;
}

static void take_bye(client *c, const char *payload, size_t size) {
    const char *at = memmem(payload, size, "\"reconnect_in_ms\":[", 19);
    if (!at) return;
    char *next;
    c->back_lo_us = strtoll(at + 19, &next, 10) * 1000;
    c->back_hi_us = *next == ',' ? strtoll(next + 1, NULL, 10) * 1000 : c->back_lo_us;
}

/* Open a compressed message (RFC 7692, no context takeover); return its size. */
static size_t inflate_body(const client *c) {
    static z_stream stream;
    static int is_ready;
    static unsigned char tail[] = {0, 0, 0xff, 0xff};
    if (!is_ready && inflateInit2(&stream, -15) != Z_OK) fail("inflateInit2");
    is_ready = 1;
    inflateReset(&stream);
    stream.next_out = (unsigned char *)inflated;
    stream.avail_out = sizeof inflated;
    stream.next_in = (unsigned char *)c->body;
    stream.avail_in = (unsigned)c->size;
    int result = inflate(&stream, Z_SYNC_FLUSH);
    if (result == Z_OK) {
        stream.next_in = tail;
        stream.avail_in = sizeof tail;
        result = inflate(&stream, Z_SYNC_FLUSH);
    }
    if (result != Z_OK && result != Z_BUF_ERROR) {
        fprintf(stderr, "a frame that cannot be opened: %d\n", result);
        exit(3);
    }
    return sizeof inflated - stream.avail_out;
}

static void take_text(client *c, const char *payload, size_t shown, int64_t now_us, int64_t now_real_us) {
    const char *text = payload, *body = c->body;
    size_t size = c->size;
    frames++;
    c->frames++;
    bytes += c->size;
    histogram_add(&sizes, (double)c->size);
    if (c->head[0] & 0x40) { /* RSV1: compressed; opening those of the sampled is enough */
        if (!c->is_sampled) return;
        size = inflate_body(c);
        text = body = inflated;
        shown = size < HEAD_BYTES ? size : HEAD_BYTES;
    }
    int64_t age_us = age_of(text, shown, now_real_us);
    if (age_us >= 0) histogram_add(&publish_ms, (double)age_us / 1e3);
    if (c->is_sampled) take_stamps(c, body, size, now_us);
    if (!strncmp(text, "{\"type\":\"bye\"", 13)) take_bye(c, text, shown);
}

/* Return 0 when the client is no longer there. */
static int take_frame(client *c, int64_t now_us, int64_t now_real_us) {
    char *payload = (char *)c->head + c->header_size;
    size_t shown = c->head_size - c->header_size;
    payload[shown] = 0; /* head has room for it */
    switch (c->head[0] & 15) {
        case TEXT:
            take_text(c, payload, shown, now_us, now_real_us);
            return 1;
        case PING:
            send_masked(c, PONG, payload, shown);
            return 1;
        case CLOSE: {
            int code = shown >= 2 ? (unsigned char)payload[0] << 8 | (unsigned char)payload[1] : 1005;
            closes[code < CLOSE_CODES ? code : 0]++;
            send_masked(c, CLOSE, payload, shown < 2 ? 0 : 2);
            lose(c);
            return 0;
        }
        default:
            return 1;
    }
}

static void take_header(client *c) {
    size_t short_size = c->head[1] & 127;
    size_t need = 2 + (short_size == 126 ? 2 : short_size == 127 ? 8 : 0);
    if (c->head_size < need) return;
    uint64_t size = short_size;
    if (short_size > 125) {
        size = 0;
        for (size_t n = 2; n < need; n++) size = size << 8 | c->head[n];
    }
    c->header_size = need;
    c->size = c->left = size;
    if (c->is_sampled && size > c->body_capacity) {
        c->body_capacity = size * 2;
        c->body = realloc(c->body, c->body_capacity);
        if (!c->body) fail("realloc");
    }
}

static void take_bytes(client *c, const char *data, size_t size) {
    int64_t now_us = clock_us(CLOCK_MONOTONIC), now_real_us = clock_us(CLOCK_REALTIME);
    while (size) {
        if (!c->header_size) {
            c->head[c->head_size++] = (unsigned char)*data++;
            size--;
            if (c->head_size >= 2) take_header(c);
        }
        if (!c->header_size) continue;
        size_t part = size < c->left ? size : (size_t)c->left;
        size_t room = HEAD_BYTES - 1 - c->head_size;
        memcpy(c->head + c->head_size, data, part < room ? part : room);
        c->head_size += part < room ? part : room;
        if (c->is_sampled) memcpy(c->body + (c->size - c->left), data, part);
        data += part;
        size -= part;
        c->left -= part;
        if (c->left) return;
        if (!take_frame(c, now_us, now_real_us)) return;
        c->head_size = c->header_size = 0;
    }
}

static void on_readable(client *c) {
    ssize_t size = recv(c->fd, buffer, sizeof buffer, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
        if (c->state == OPEN) closes[1006]++;
        lose(c);
        return;
    }
    char *data = buffer;
    if (c->state == SHAKING) {
        ssize_t taken = take_answer(c, data, (size_t)size);
        if (taken < 0) {
            lose(c);
            return;
        }
        data += taken;
        size -= taken;
        if (options.never_reads) epoll_ctl(poller, EPOLL_CTL_DEL, c->fd, NULL);
    }
    take_bytes(c, data, (size_t)size);
}

static void on_connected(client *c) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error)
        lose(c);
    else
        send_request(c);
}

static void connect_due(void) {
    int64_t now_us = clock_us(CLOCK_MONOTONIC);
    for (int n = 0; n < options.clients; n++) {
        client *c = &clients[n];
        if (c->state == WAITING && c->due_us <= now_us && shaking_count < options.in_flight) begin_connect(c);
        if ((c->state == CONNECTING || c->state == SHAKING) && c->due_us <= now_us) lose(c);
    }
}

/* -- reporting -- */

static void print_histogram(const char *name, const histogram *h) {
    printf("\"%s\":{\"count\":%lu,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f},", name, h->total, histogram_quantile(h, 0.5),
           histogram_quantile(h, 0.99), h->largest);
}

static void report(void) {
    static int64_t since_us;
    static double since_cpu_s;
    int64_t now_us = clock_us(CLOCK_MONOTONIC);
    double cpu_s = cpu_seconds();
    uint32_t fewest = UINT32_MAX;
    for (int n = 0; n < options.clients; n++) {
        if (clients[n].frames < fewest) fewest = clients[n].frames;
        clients[n].frames = 0;
    }
    printf("{\"open\":%d,\"frames\":%lu,\"bytes\":%lu,\"fewest_frames\":%u,\"refused\":%lu,\"seconds\":%.3f,\"cpu_s\":%.3f,",
           open_count, frames, bytes, fewest, refused, (double)(now_us - since_us) / 1e6, cpu_s - since_cpu_s);
    print_histogram("publish_ms", &publish_ms);
    print_histogram("feed_ms", &feed_ms);
    printf("\"sizes\":[");
    for (int n = 0; n < 20; n++) printf("%s%.0f", n ? "," : "", histogram_quantile(&sizes, (n + 0.5) / 20));
    printf("],\"closes\":{");
    for (int code = 0, first = 1; code < CLOSE_CODES; code++)
        if (closes[code]) {
            printf("%s\"%d\":%lu", first ? "" : ",", code, closes[code]);
            first = 0;
        }
    printf("}}\n");
    fflush(stdout);
    histogram_clear(&publish_ms);
    histogram_clear(&feed_ms);
    histogram_clear(&sizes);
    frames = bytes = refused = 0;
    memset(closes, 0, sizeof closes);
    since_us = now_us;
    since_cpu_s = cpu_s;
}

/* Return 0 at the end of stdin. */
static int obey(void) {
    char line[256];
    ssize_t size = read(STDIN_FILENO, line, sizeof line);
    if (size <= 0) return 0;
    if (memchr(line, '\n', (size_t)size)) report();
    return 1;
}

static void read_options(int count, char **words) {
    for (int letter; (letter = getopt(count, words, "p:n:u:a:i:s:m:xrze")) > 0;) switch (letter) {
            case 'p': options.port = atoi(optarg); break;
            case 'n': options.clients = atoi(optarg); break;
            case 'u': options.path = optarg; break;
            case 'a': options.addresses = atoi(optarg); break;
            case 'i': options.in_flight = atoi(optarg); break;
            case 's': options.sample_every = atoi(optarg); break;
            case 'm': options.message = optarg; break;
            case 'x': options.never_reads = 1; break;
            case 'r': options.reconnects = 1; break;
            case 'z': options.deflates = 1; break;
            case 'e': options.counts_evenly = 1; break;
            default: exit(2);
        }
}

int main(int count, char **words) {
    read_options(count, words);
    signal(SIGPIPE, SIG_IGN);
    allow_many_files();
    srand48(getpid());
    publish_ms = histogram_new(100000, 0.1);
    feed_ms = histogram_new(100000, 0.1);
    sizes = histogram_new(16384, 16);
    clients = calloc((size_t)options.clients, sizeof(client));
    poller = epoll_create1(0);
    if (!clients || poller < 0) fail("start");
    for (int n = 0; n < options.clients; n++) {
        clients[n].is_sampled = !options.never_reads && n % options.sample_every == 0;
        wait_until(&clients[n], 0);
    }
    struct epoll_event orders = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
    if (epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &orders)) fail("stdin");

    int64_t looked_us = 0, began_us = clock_us(CLOCK_MONOTONIC);
    int has_said = 0;
    for (;;) {
        int64_t now_us = clock_us(CLOCK_MONOTONIC);
        if ((waiting_count || shaking_count) && now_us - looked_us > 2000) {
            connect_due();
            looked_us = now_us;
        }
        int ready = epoll_wait(poller, events, EVENTS, waiting_count || shaking_count ? 2 : 200);
        for (int n = 0; n < ready; n++) {
            client *c = events[n].data.ptr;
            if (!c) {
                if (!obey()) return 0;
            } else if (c->state == CONNECTING) {
                on_connected(c);
            } else if (c->fd >= 0) {
                on_readable(c);
            }
        }
        if (!has_said && joined_count == options.clients) {
            printf("{\"connected\":%d,\"seconds\":%.2f}\n", joined_count,
                   (double)(clock_us(CLOCK_MONOTONIC) - began_us) / 1e6);
            fflush(stdout);
            has_said = 1;
        }
    }
}
