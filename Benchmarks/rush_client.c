// Members who are let in at a fixed rate and buy two seats each, every one on a connection of its own:
// `rush_client PORT TOKEN_FILE CONCERT SCHEDULE GRADE MEMBERS RATE`. First all join the queue and wait for passes.
// Then member n looks at the map n / RATE seconds after the start, holds seats a second later and pays another second
// later. Each answer's time counts from when the request was to be sent, whatever has held it up, answers of "come
// again" too. Prints of each step: its name, how many, p50, p99 and the longest in ms, and how often it was sent away.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum step { JOIN, WAIT, MAP, HOLD, PAY, DONE };
static const char *const names[] = {"join", "wait", "map", "hold", "pay"};
enum { PIECE = 4096, JOINING_MAX = 200 };

struct member {
    int socket, is_asking, step, attempts;
    double intended, asked;
    char *token, ticket[512], pass[512], reservation[24];
    char head[PIECE];
    size_t got, expected;
};

struct due {
    double time;
    int member;
};

static struct member *members;
static struct due *heap;
static int heap_count, member_count, port, asking_count, poll_set;
static const char *concert, *schedule, *grade;
static double rate, *latencies[DONE];
static int counts[DONE], refusals[DONE];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void push(double time, int member) {
    int at = heap_count++;
    for (; at > 0 && heap[(at - 1) / 2].time > time; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
    heap[at] = (struct due){time, member};
}

static int pop(void) {
    int result = heap[0].member, at = 0;
    struct due last = heap[--heap_count];
    for (int child; (child = 2 * at + 1) < heap_count; at = child) {
        if (child + 1 < heap_count && heap[child + 1].time < heap[child].time) child++;
        if (heap[child].time >= last.time) break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return result;
}

static void join_server(int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    // Ten addresses, as one may not have so many connections.
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number % 10)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) != 0) fail("no socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("no connection");
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (unsigned)number};
    epoll_ctl(poll_set, EPOLL_CTL_ADD, fd, &event);
    members[number].socket = fd;
}

static void ask(int number) {
    struct member *self = &members[number];
    char text[4096], body[256] = "", line[256], more[1200] = "";
    switch (self->step) {
    case JOIN: snprintf(line, sizeof line, "POST /api/v1/concert/%s/queue", concert); break;
    case WAIT:
        snprintf(line, sizeof line, "GET /api/v1/concert/%s/queue/status", concert);
        snprintf(more, sizeof more, "queue-ticket: %s\r\n", self->ticket);
        break;
    case MAP:
        snprintf(line, sizeof line, "GET /api/v1/schedule/%s/seat", schedule);
        snprintf(more, sizeof more, "accept-encoding: gzip\r\n");
        break;
    case HOLD:
        snprintf(line, sizeof line, "POST /api/v1/reservation");
        snprintf(more, sizeof more, "queue-pass: %s\r\n", self->pass);
        snprintf(body, sizeof body, "{\"bestAvailable\":true,\"scheduleId\":%s,\"gradeId\":%s,\"quantity\":2}",
                 schedule, grade);
        break;
    default:
        snprintf(line, sizeof line, "POST /api/v1/payment");
        snprintf(body, sizeof body, "{\"reservationId\":%s,\"isSuccess\":true}", self->reservation);
    }
    if (body[0])
        snprintf(more + strlen(more), sizeof more - strlen(more),
                 "content-type: application/json\r\ncontent-length: %zu\r\n", strlen(body));
    else if (line[0] == 'P') strcat(more, "content-length: 0\r\n");
    int length = snprintf(text, sizeof text, "%s HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %s\r\n%s\r\n%s",
                          line, self->token, more, body);
    if (self->socket < 0) join_server(number);
    self->got = self->expected = 0;
    if (!self->is_asking) asking_count++;
    self->is_asking = 1;
    if (write(self->socket, text, (size_t)length) != length) {
        close(self->socket);
        join_server(number);
        if (write(self->socket, text, (size_t)length) != length) fail("cannot send");
    }
}

static int copy_string(const char *from, const char *name, char *to, size_t size) {
    const char *start = strstr(from, name);
    if (!start) return 0;
    start += strlen(name);
    size_t length = strcspn(start, "\",}");
    if (length >= size) fail("a longer word than expected");
    memcpy(to, start, length);
    to[length] = 0;
    return 1;
}

// What follows an answer: the next step, or the same again.
static void answered(int number) {
    struct member *self = &members[number];
    double time = now();
    int status = atoi(self->head + 9), step = self->step;
    const char *body = strstr(self->head, "\r\n\r\n");
    self->is_asking = 0;
    asking_count--;
    if (status < 200 || status > 299) {
        refusals[step]++;
        int is_waiting = status == 503 || status == 429;
        if (!is_waiting || ++self->attempts > 60) {
            fprintf(stderr, "%s: %.600s\n", names[step], self->head);
            exit(1);
        }
        const char *wait = strstr(self->head, "retry-after: ");
        push(time + (wait ? atoi(wait + 13) : 1), number);
        return;
    }
    latencies[step][counts[step] % member_count] = time - self->intended;
    counts[step]++;
    self->attempts = 0;
    double next = self->intended + 1;
    if (step == JOIN) copy_string(body, "\"queueTicket\":\"", self->ticket, sizeof self->ticket);
    if (step <= WAIT) {
        char pause[24] = "1000";
        copy_string(body, "\"pollAfterMs\":", pause, sizeof pause);
        int has_pass = copy_string(body, "\"queuePass\":\"", self->pass, sizeof self->pass);
        self->step = has_pass ? MAP : WAIT;
        if (!has_pass) push(self->intended = time + atoi(pause) / 1000.0, number);
        return;
    }
    if (step == HOLD) copy_string(body, "\"reservationId\":", self->reservation, sizeof self->reservation);
    if ((self->step = step + 1) < DONE) push(self->intended = next, number);
}

static void receive(int number) {
    struct member *self = &members[number];
    char rest[65536];
    int is_head = self->expected == 0;
    char *into = is_head ? self->head + self->got : rest;
    ssize_t got = recv(self->socket, into, is_head ? PIECE - 1 - self->got : sizeof rest, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        close(self->socket);
        self->socket = -1;
        // An idle connection may be closed at any time; one that is closed under a request is asked on again.
        if (self->is_asking) ask(number);
        return;
    }
    self->got += (size_t)got;
    if (is_head) {
        self->head[self->got] = 0;
        const char *end = strstr(self->head, "\r\n\r\n"), *length = strcasestr(self->head, "content-length: ");
        if (!end) return;
        if (!length || length > end) fail("an answer without a length");
        self->expected = (size_t)(end + 4 - self->head) + strtoul(length + 16, NULL, 10);
    }
    if (self->got >= self->expected) answered(number);
}

static void run_until_done(int in_flight_max) {
    struct epoll_event events[512];
    while (heap_count > 0 || asking_count > 0) {
        double time = now();
        while (heap_count > 0 && heap[0].time <= time && asking_count < in_flight_max) ask(pop());
        int pause = heap_count > 0 ? (int)((heap[0].time - time) * 1000) : 100;
        if (pause < 0 || asking_count >= in_flight_max) pause = 1;
        int count = epoll_wait(poll_set, events, 512, pause > 100 ? 100 : pause);
        for (int index = 0; index < count; index++) receive((int)events[index].data.u32);
    }
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

int main(int count, char **arguments) {
    if (count != 8) fail("seven arguments");
    port = atoi(arguments[1]), concert = arguments[3], schedule = arguments[4], grade = arguments[5];
    member_count = atoi(arguments[6]), rate = atof(arguments[7]);
    members = calloc((size_t)member_count, sizeof *members);
    heap = calloc((size_t)member_count + 1, sizeof *heap);
    for (int step = 0; step < DONE; step++) latencies[step] = calloc((size_t)member_count, sizeof(double));
    poll_set = epoll_create1(0);
    FILE *file = fopen(arguments[2], "r");
    char line[2048];
    for (int number = 0; number < member_count; number++) {
        if (!file || !fgets(line, sizeof line, file)) fail("not enough tokens");
        line[strcspn(line, "\n")] = 0;
        members[number].token = strdup(line);
        join_server(number);
        push(members[number].intended = now(), number);
    }
    run_until_done(JOINING_MAX);
    double start = now() + 1;
    for (int number = 0; number < member_count; number++) {
        if (members[number].step != MAP) fail("somebody was not let in");
        push(members[number].intended = start + number / rate, number);
    }
    run_until_done(member_count);
    for (int step = MAP; step < DONE; step++) {
        int all = counts[step] < member_count ? counts[step] : member_count;
        qsort(latencies[step], (size_t)all, sizeof(double), ascending);
        printf("%s %d %.1f %.1f %.1f %d\n", names[step], counts[step], latencies[step][all / 2] * 1000,
               latencies[step][all * 99 / 100] * 1000, latencies[step][all - 1] * 1000, refusals[step]);
    }
    printf("seconds %.1f refused %d %d\n", now() - start, refusals[JOIN], refusals[WAIT]);
    return 0;
}
