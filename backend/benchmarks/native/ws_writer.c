/* The floor: the least a server must do. Writes ready frames of given sizes to every client, each once a period.
 *
 * Its first line is {"port"}; once all clients are there, writing begins. A line on stdin is answered with
 * {"frames","skipped","seconds","cpu_s"} since the line before; the end of stdin ends it. Clients are served in slots
 * of 5 ms, as the application does it, so that neither has the better of the other by bursts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common.h"

enum { SLOT_US = 5000, SIZES_MAX = 64, EVENTS = 256 };
static const char ANSWER[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"; /* to the one key ws_load sends */

typedef struct {
    char *bytes;
    size_t size;
} frame;

typedef struct {
    int fd;
    const frame *rest_of; /* a frame that went out in part */
    size_t sent;
} client;

static struct {
    int clients;
    double period_ms;
} options = {.period_ms = 250};

static frame ready_frames[SIZES_MAX];
static int frame_count, joined, poller;
static client *clients;
static uint64_t frames, skipped;
static const char LISTENER[] = "listener", SLOT[] = "slot", ORDERS[] = "orders"; /* what an event is about, by address */

static void make_frame(size_t payload_size) {
    unsigned char header[10] = {0x81, 126, (unsigned char)(payload_size >> 8), (unsigned char)payload_size};
    size_t header_size = payload_size < 126 ? 2 : payload_size < 65536 ? 4 : 10;
    if (header_size == 2) header[1] = (unsigned char)payload_size;
    if (header_size == 10) {
        header[1] = 127;
        for (int n = 0; n < 8; n++) header[2 + n] = (unsigned char)((uint64_t)payload_size >> (56 - 8 * n));
    }
    frame *made = &ready_frames[frame_count++];
    made->size = header_size + payload_size;
    made->bytes = malloc(made->size);
    if (!made->bytes) fail("malloc");
    memcpy(made->bytes, header, header_size);
    memset(made->bytes + header_size, 'x', payload_size);
}

static void watch(int fd, const void *what) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = (void *)what};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
}

static int listen_somewhere(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001u)};
    socklen_t size = sizeof address;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 2048)) fail("listen");
    getsockname(fd, (struct sockaddr *)&address, &size);
    printf("{\"port\":%d}\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void let_in(int listener) {
    int fd, on = 1;
    while (joined < options.clients && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        clients[joined] = (client){.fd = fd};
        watch(fd, &clients[joined++]);
    }
}

static void read_from(client *c) {
    char request[4096];
    ssize_t size = recv(c->fd, request, sizeof request, 0);
    if (size <= 0) {
        epoll_ctl(poller, EPOLL_CTL_DEL, c->fd, NULL);
        return;
    }
    if (!strncmp(request, "GET ", 4) && write(c->fd, ANSWER, sizeof ANSWER - 1) < 0) fail("answer");
}

static void write_to(client *c, const frame *next) {
    if (!c->rest_of) {
        c->rest_of = next;
        c->sent = 0;
        frames++;
    } else {
        skipped++;
    }
    ssize_t size = send(c->fd, c->rest_of->bytes + c->sent, c->rest_of->size - c->sent, MSG_NOSIGNAL);
    if (size < 0) return;
    c->sent += (size_t)size;
    if (c->sent == c->rest_of->size) c->rest_of = NULL;
}

/* Serve those whose turn has come by now. */
static void serve_slot(int timer) {
    static int64_t began_us;
    static uint64_t served;
    uint64_t ticks;
    if (read(timer, &ticks, sizeof ticks) < 0 || joined < options.clients) return;
    int64_t now_us = clock_us(CLOCK_MONOTONIC);
    if (!began_us) began_us = now_us + 1000000; /* the last handshakes finish first */
    if (now_us < began_us) return;
    uint64_t due = (uint64_t)((double)(now_us - began_us) / 1e3 / options.period_ms * options.clients);
    if (due - served > (uint64_t)options.clients) served = due - (uint64_t)options.clients; /* fell behind */
    for (; served < due; served++) {
        uint64_t round = served / (uint64_t)options.clients;
        write_to(&clients[served % (uint64_t)options.clients], &ready_frames[round % (uint64_t)frame_count]);
    }
}

static void report(void) {
    static int64_t since_us;
    static double since_cpu_s;
    int64_t now_us = clock_us(CLOCK_MONOTONIC);
    double cpu_s = cpu_seconds();
    printf("{\"frames\":%lu,\"skipped\":%lu,\"seconds\":%.3f,\"cpu_s\":%.4f}\n", frames, skipped,
           (double)(now_us - since_us) / 1e6, cpu_s - since_cpu_s);
    fflush(stdout);
    frames = skipped = 0;
    since_us = now_us;
    since_cpu_s = cpu_s;
}

static int obey(void) {
    char line[256];
    ssize_t size = read(STDIN_FILENO, line, sizeof line);
    if (size > 0 && memchr(line, '\n', (size_t)size)) report();
    return size > 0;
}

static void read_options(int count, char **words) {
    for (int letter; (letter = getopt(count, words, "n:t:s:")) > 0;) switch (letter) {
            case 'n': options.clients = atoi(optarg); break;
            case 't': options.period_ms = atof(optarg); break;
            case 's':
                if (frame_count < SIZES_MAX) make_frame((size_t)atol(optarg));
                break;
            default: exit(2);
        }
    if (!frame_count) make_frame(1024);
}

int main(int count, char **words) {
    read_options(count, words);
    allow_many_files();
    clients = calloc((size_t)options.clients, sizeof(client));
    poller = epoll_create1(0);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec slot = {{0, SLOT_US * 1000}, {0, SLOT_US * 1000}};
    if (!clients || poller < 0 || timer < 0 || timerfd_settime(timer, 0, &slot, NULL)) fail("start");
    int listener = listen_somewhere();
    watch(listener, LISTENER);
    watch(timer, SLOT);
    watch(STDIN_FILENO, ORDERS);
    struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(poller, events, EVENTS, -1);
        for (int n = 0; n < ready; n++) {
            const void *what = events[n].data.ptr;
            if (what == LISTENER) {
                let_in(listener);
            } else if (what == SLOT) {
                serve_slot(timer);
            } else if (what == ORDERS) {
                if (!obey()) return 0;
            } else {
                read_from((client *)what);
            }
        }
    }
}
