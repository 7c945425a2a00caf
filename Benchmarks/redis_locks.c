// One-seat reservations whose seat is locked in Redis: SET NX, one transaction in PostgreSQL, then the lock is given up
// if it is still ours. `redis_locks URL PORT SCHEDULE CLIENTS SECONDS FIRST_MEMBER MEMBERS` prints how many a second.

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *check =
    "SELECT c.id, c.currency FROM schedule s JOIN concert c ON c.id = s.concert_id WHERE s.id = $1 "
    "AND s.deleted_at IS NULL AND c.deleted_at IS NULL AND s.status = 'SCHEDULED' AND c.status = 'PUBLISHED' "
    "AND now() >= c.sale_opens_at AND now() < c.sale_closes_at AND c.purchase_limit > ("
    "SELECT coalesce(sum(r.live_count), 0) FROM reservation r WHERE r.schedule_id = s.id AND r.member_id = $2 "
    "AND r.status IN ('PENDING', 'CONFIRMED') AND (r.status = 'CONFIRMED' OR r.is_paying OR r.held_until > now()))";
static const char *look = "SELECT price, grade_id FROM seat WHERE schedule_id = $1 AND seat_no = $2 AND state = 0";
static const char *reserve =
    "INSERT INTO reservation (member_id, concert_id, schedule_id, currency, total, live_count, held_until) "
    "VALUES ($1, $2, $3, $4, $5, 1, now() + interval '1 hour') RETURNING id";
static const char *take =
    "UPDATE seat SET state = 1, reservation_id = $1, version = version + 1, held_until = ("
    "SELECT held_until FROM reservation WHERE id = $1) WHERE schedule_id = $2 AND seat_no = $3 AND state = 0";
static const char *line =
    "INSERT INTO reservation_seat (reservation_id, schedule_id, seat_no, grade_id, price) "
    "VALUES ($1, $2, $3, $4, $5)";
static const char *unlock =
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

static const char *url, *schedule;
static int port, client_count, member_count;
static long first_member;
static double seconds;
static atomic_long done_count;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static int redis_connect(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1, client = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client, (struct sockaddr *)&address, sizeof address) != 0) fail("no Redis");
    return client;
}

// Sends a command; whether the answer begins as it should. Answers here are short enough to come in one piece.
static int redis(int client, const char *expected, int count, const char *const *words) {
    char text[1024];
    int length = snprintf(text, sizeof text, "*%d\r\n", count);
    for (int index = 0; index < count; index++)
        length += snprintf(
            text + length, sizeof text - (size_t)length, "$%zu\r\n%s\r\n", strlen(words[index]), words[index]);
    if (write(client, text, (size_t)length) != length) fail("Redis is gone");
    ssize_t got = read(client, text, sizeof text - 1);
    if (got <= 0) fail("Redis is gone");
    return strncmp(text, expected, strlen(expected)) == 0;
}

static PGresult *run(PGconn *database, const char *name, int count, const char *const *values, ExecStatusType status) {
    PGresult *result = PQexecPrepared(database, name, count, values, NULL, NULL, 0);
    if (PQresultStatus(result) != status) fail(PQerrorMessage(database));
    return result;
}

static void simply(PGconn *database, const char *name) { PQclear(run(database, name, 0, NULL, PGRES_COMMAND_OK)); }

static void hold(PGconn *database, int lock, const char *seat, const char *member) {
    char key[64], token[64];
    snprintf(key, sizeof key, "seat:%s:%s", schedule, seat);
    snprintf(token, sizeof token, "%s-%s", member, seat);
    if (!redis(lock, "+OK", 6, (const char *[]){"SET", key, token, "NX", "PX", "10000"})) return;
    simply(database, "begin");
    PGresult *show = run(database, "check", 2, (const char *[]){schedule, member}, PGRES_TUPLES_OK);
    PGresult *place = run(database, "look", 2, (const char *[]){schedule, seat}, PGRES_TUPLES_OK);
    if (PQntuples(show) != 1 || PQntuples(place) != 1) fail("nothing is for sale");
    const char *price = PQgetvalue(place, 0, 0), *grade = PQgetvalue(place, 0, 1);
    PGresult *made = run(
        database, "reserve", 5,
        (const char *[]){member, PQgetvalue(show, 0, 0), schedule, PQgetvalue(show, 0, 1), price}, PGRES_TUPLES_OK);
    const char *reservation = PQgetvalue(made, 0, 0);
    PQclear(run(database, "take", 3, (const char *[]){reservation, schedule, seat}, PGRES_COMMAND_OK));
    PQclear(run(database, "line", 5, (const char *[]){reservation, schedule, seat, grade, price}, PGRES_COMMAND_OK));
    simply(database, "commit");
    PQclear(show), PQclear(place), PQclear(made);
    redis(lock, ":1", 5, (const char *[]){"EVAL", unlock, "1", key, token});
    atomic_fetch_add(&done_count, 1);
}

static pthread_barrier_t ready;

static void *client(void *argument) {
    long number = (long)argument;
    PGconn *database = PQconnectdb(url);
    if (PQstatus(database) != CONNECTION_OK) fail(PQerrorMessage(database));
    const char *prepared[][2] = {{"begin", "BEGIN"}, {"check", check}, {"look", look},     {"reserve", reserve},
                                 {"take", take},     {"line", line},   {"commit", "COMMIT"}};
    for (size_t index = 0; index < sizeof prepared / sizeof *prepared; index++)
        PQclear(PQprepare(database, prepared[index][0], prepared[index][1], 0, NULL));
    int lock = redis_connect();
    pthread_barrier_wait(&ready);
    double end = now() + seconds;
    for (long seat = number; now() < end; seat += client_count) {
        char seat_text[24], member[24];
        snprintf(seat_text, sizeof seat_text, "%ld", seat);
        snprintf(member, sizeof member, "%ld", first_member + seat % member_count);
        hold(database, lock, seat_text, member);
    }
    close(lock);
    PQfinish(database);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 8) fail("seven arguments");
    url = arguments[1], port = atoi(arguments[2]), schedule = arguments[3], client_count = atoi(arguments[4]);
    seconds = atof(arguments[5]), first_member = atol(arguments[6]), member_count = atoi(arguments[7]);
    pthread_t *threads = calloc((size_t)client_count, sizeof *threads);
    pthread_barrier_init(&ready, NULL, (unsigned)client_count + 1);
    for (long number = 0; number < client_count; number++)
        pthread_create(&threads[number], NULL, client, (void *)number);
    pthread_barrier_wait(&ready);
    double start = now();
    for (int number = 0; number < client_count; number++) pthread_join(threads[number], NULL);
    printf("%.1f\n", (double)atomic_load(&done_count) / (now() - start));
    return 0;
}
