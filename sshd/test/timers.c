/*
 * How long a holder, a copier and the beginning of an attachment wait, by a clock that jumps (pretend.c). Each test has a
 * process of its own, and names itself when it fails.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshpod.h"
#include "pretend.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, GRACE = 3600, DAY = 24 * 60 * MINUTE };

static struct holder h;
static struct attachment stream;
static int client, sshd, pair;		/* the client's end, sshd's, and ours of that pair */
static long long begun;
static size_t taken;			/* bytes that the client has read */

static void
connect_client(void)
{
	int ends[2];

	assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	client = ends[0];
	stream = (struct attachment){ .in = ends[1], .out = dup(ends[1]), .control = -1 };
	fcntl(client, F_SETFL, O_NONBLOCK);
	fcntl(stream.in, F_SETFL, O_NONBLOCK);
}

static void
begin(void)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	sshd = ends[0];
	pair = ends[1];
	fcntl(sshd, F_SETFL, O_NONBLOCK);
	fcntl(pair, F_SETFL, O_NONBLOCK);
	connect_client();
	begun = pretend.now;
}

static long long
elapsed(void)
{
	return pretend.now - begun;
}

static void
hang_up(void)
{
	close(sshd);
}

static void
leave(void)
{
	close(client);
}

/* As much as the pair takes. Returns how much that is. */
static size_t
sshd_says(size_t most)
{
	static uint8_t bytes[4096];
	size_t said = 0;
	ssize_t n;

	while (said < most && (n = write(sshd, bytes, most - said < sizeof(bytes) ? most - said : sizeof(bytes))) > 0)
		said += (size_t)n;
	return said;
}

static void
client_takes(size_t most)
{
	static uint8_t bytes[4096];
	ssize_t n;

	for (size_t left = most; left > 0; left -= (size_t)n, taken += (size_t)n)
		if ((n = read(client, bytes, left < sizeof(bytes) ? left : sizeof(bytes))) <= 0)
			return;
}

/* plain.c */

/* A stream that takes a few KiB ahead. */
static void
narrow(void)
{
	int few = 4096;

	assert(setsockopt(stream.out, SOL_SOCKET, SO_SNDBUF, &few, sizeof(few)) == 0);
}

static void
what_a_plain_client_does_not_take_is_given_up_after_a_minute(void)
{
	begin();
	narrow();
	assert(sshd_says(100000) == 100000);
	pretend_later(10 * SECOND, hang_up);
	plain_copy(&stream, pair, 'S', false);
	assert(elapsed() == 70 * SECOND);
}

static void
take_slowly(void)
{
	client_takes(20000);
	pretend_later(3 * SECOND, take_slowly);
}

static void
a_slow_plain_client_gets_everything(void)
{
	size_t said;

	begin();
	narrow();
	said = sshd_says(200000);
	hang_up();
	pretend_later(SECOND, take_slowly);
	plain_copy(&stream, pair, 'S', false);
	client_takes(said);
	assert(taken == said && said > 100000 && elapsed() > MINUTE);
}

static void
take_some(void)
{
	client_takes(5000);
	pretend_later(59 * SECOND, take_some);
}

static void
a_plain_client_that_takes_a_little_a_minute_is_given_up(void)
{
	begin();
	narrow();
	sshd_says(200000);
	hang_up();
	pretend_later(0, take_some);
	plain_copy(&stream, pair, 'S', false);
	assert(elapsed() <= 10 * MINUTE);
}

static void
answer_its_end(void)
{
	char byte;

	assert(recv(sshd, &byte, 1, MSG_PEEK) == 1);
	client_takes(10);
	assert(taken == 2);
	leave();
	pretend_later(0, hang_up);
}

static void
wait_a_day(void)
{
	sshd_says(1);
	pretend_later(DAY, answer_its_end);
}

static void
an_idle_plain_session_has_no_limit(void)
{
	begin();
	sshd_says(1);
	pretend_later(10 * (long long)DAY, wait_a_day);
	plain_copy(&stream, pair, 'S', false);
	assert(elapsed() == 11 * (long long)DAY);
}

static void
a_plain_client_that_goes_on_talking_gets_what_sshd_said_last(void)
{
	size_t said;

	begin();
	narrow();
	said = sshd_says(100000);
	hang_up();
	assert(write(client, "talk", 4) == 4);
	pretend_later(SECOND, take_slowly);
	plain_copy(&stream, pair, 'S', false);
	client_takes(said);
	assert(taken == said);
}

/* holder.c, ending.c */

static void
begin_holder(void)
{
	begin();
	h = (struct holder){ .attachment = stream, .sshd = pair, .grace = GRACE, .window = 1 << 20, .client_window = 1 << 20,
	    .meeting = socket(AF_UNIX, SOCK_DGRAM, 0), .heard = pretend.now };
	pretend.is_open = true;
}

/* The client's part of what it has been sent. */
static void
acknowledge(uint64_t position)
{
	uint8_t frame[FRAME_LONGEST];
	size_t length = frame_number(frame, FRAME_ACK, position);

	assert(write(client, frame, length) == (ssize_t)length);
}

static void
send_end(uint64_t position)
{
	uint8_t frame[FRAME_LONGEST];
	size_t length = frame_end(frame, position, END_OVER);

	assert(write(client, frame, length) == (ssize_t)length);
}

static void
a_client_that_is_silent_for_a_minute_is_paused_and_has_its_grace(void)
{
	begin_holder();
	holder_run(&h);
	assert(elapsed() == MINUTE + GRACE * SECOND && pretend.limited == 1 && !pretend.is_open);
}

/* sshd says 1000 bytes, and ends; of these the client acknowledges so many, and goes. */
static uint64_t acknowledged;

static void
go_after_acknowledging(void)
{
	acknowledge(acknowledged);
	leave();
}

static void
end_with_words(uint64_t position)
{
	begin_holder();
	sshd_says(1000);
	hang_up();
	acknowledged = position;
	pretend_later(SECOND, go_after_acknowledging);
	holder_run(&h);
}

static void
when_all_is_acknowledged_the_end_is_kept_for_30_seconds(void)
{
	end_with_words(1000);
	assert(elapsed() == 31 * SECOND);
	/* it takes no memory to speak of */
	assert(pretend.limited == 0 && !pretend.is_paused);
}

static void
what_was_not_acknowledged_is_kept_for_the_grace(void)
{
	end_with_words(999);
	assert(elapsed() == SECOND + GRACE * SECOND);
}

static void
what_is_to_be_fetched_of_an_sshd_that_has_ended_counts_as_paused(void)
{
	end_with_words(999);
	assert(pretend.limited == 1 && pretend.is_paused);
}

static void
one_that_nobody_can_know_of_is_kept_for_30_seconds(void)
{
	begin_holder();
	/* WELCOME is lost with the stream; sshd waits for a login, in vain */
	leave();
	sshd_says(1000);
	pretend_later(29 * SECOND, hang_up);
	holder_run(&h);
	assert(elapsed() == 59 * SECOND);
}

static void
leave_and_end(void)
{
	leave();
	pretend_later(SECOND, hang_up);
}

static void
one_whose_client_has_come_back_is_kept_for_the_grace(void)
{
	begin_holder();
	sshd_says(1000);
	/* a RESUME that was genuine (takeover.c) */
	close(client);
	connect_client();
	holder_attach(&h, &stream);
	pretend_later(SECOND, leave_and_end);
	holder_run(&h);
	assert(elapsed() == 2 * SECOND + GRACE * SECOND);
}

static void
break_the_protocol(void)
{
	assert(write(client, "\11\0\0\0", 4) == 4);
	pretend_later(SECOND, leave);
}

static void
the_reason_of_an_end_that_nobody_expects_is_kept_for_10_minutes(void)
{
	begin_holder();
	h.faults = 2;
	pretend_later(SECOND, break_the_protocol);
	holder_run(&h);
	assert(elapsed() == SECOND + 10 * MINUTE && h.reason == END_PROTOCOL);
}

static void
be_displaced(void)
{
	holder_end(&h, END_DISPLACED);
}

static void
leave_and_displace(void)
{
	assert(h.end_sent);
	leave();
	pretend_later(SECOND, be_displaced);
}

static void
one_that_is_displaced_is_kept_for_10_minutes_without_its_bytes(void)
{
	begin_holder();
	sshd_says(1000);
	leave();
	pretend_later(MINUTE, be_displaced);
	holder_run(&h);
	/* it notices the next time that it wakes up: each minute at the latest */
	assert(elapsed() >= 11 * MINUTE && elapsed() <= 12 * MINUTE && h.to_client.room == 0);
}

static void
a_client_that_loses_the_last_words_of_sshd_hears_why(void)
{
	begin_holder();
	sshd_says(1000);
	hang_up();
	pretend_later(SECOND, leave_and_displace);
	holder_run(&h);
	assert(h.reason == END_DISPLACED);
}

static void
find_it_over(void)
{
	assert(h.over && h.end_sent);
	leave();
}

static void
find_it_waiting(void)
{
	assert(!h.over);
	pretend_later(2, find_it_over);
}

static void
an_sshd_that_does_not_end_after_its_client_is_left_after_3_seconds(void)
{
	begin_holder();
	send_end(0);
	pretend_later(3 * SECOND - 1, find_it_waiting);
	holder_run(&h);
	assert(elapsed() == 3 * SECOND + 1);
}

static void
one_that_does_not_even_take_what_its_client_said_last_after_6(void)
{
	static const uint8_t bytes[4096], data[] = { FRAME_DATA, 0, 0, 1, 'x' };

	begin_holder();
	while (write(pair, bytes, sizeof(bytes)) > 0)
		;
	assert(write(client, data, sizeof(data)) == sizeof(data));
	send_end(1);
	pretend_later(6 * SECOND - 1, find_it_waiting);
	holder_run(&h);
	assert(elapsed() == 6 * SECOND + 1);
}

static void
hear_an_ack(void)
{
	uint8_t heard[FRAME_LONGEST];

	assert(read(client, heard, sizeof(heard)) == FRAME_HEADER + 8);
	assert(heard[0] == FRAME_ACK && frame_get64(heard + FRAME_HEADER) == 1);
	leave();
}

static void
hear_nothing(void)
{
	char heard;

	assert(read(client, &heard, 1) == -1 && errno == EAGAIN);
	pretend_later(2, hear_an_ack);
}

static void
what_the_client_says_is_acknowledged_within_half_a_second(void)
{
	static const uint8_t data[] = { FRAME_DATA, 0, 0, 1, 'x' };

	begin_holder();
	h.grace = 0;
	assert(write(client, data, sizeof(data)) == sizeof(data));
	pretend_later(499, hear_nothing);
	holder_run(&h);
	assert(elapsed() == 501);
}

/* greeting.c */

static void
a_client_that_says_nothing_has_30_seconds(void)
{
	begin();
	assert((place.state = open(".", O_RDONLY | O_DIRECTORY)) != -1);
	assert(write(sshd, "SSH-2.0-x\r\n", 11) == 11);
	greeting_serve(&stream, pair, false);
	assert(elapsed() == 30 * SECOND);
}

static void
say_half(void)
{
	assert(write(client, "\0N\1", 3) == 3);
}

static void
a_message_that_stops_in_the_middle_has_5_seconds(void)
{
	begin();
	assert((place.state = open(".", O_RDONLY | O_DIRECTORY)) != -1);
	assert(write(sshd, "SSH-2.0-x\r\n", 11) == 11);
	pretend_later(20 * SECOND, say_half);
	greeting_serve(&stream, pair, false);
	assert(elapsed() == 25 * SECOND);
}

/* handback.c */

void
address_note(int fd)
{
	(void)fd;
}

pid_t
connections_fork(void)
{
	errno = EAGAIN;
	return -1;
}

void
keep_only(const int *fds, int n)
{
	(void)fds;
	(void)n;
}

static void
where_no_process_can_be_forked_sshd_gets_the_connection_itself(void)
{
	int next;

	begin();
	next = dup(client);
	close(next);
	assert(handback(stream.in) == stream.in);
	/* nothing of the pair is left */
	assert(dup(client) == next && write(client, "x", 1) == 1 && read(stream.in, &(char){ 0 }, 1) == 1);
}

#define TEST(name) { #name, name }
static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	TEST(what_a_plain_client_does_not_take_is_given_up_after_a_minute),
	TEST(a_slow_plain_client_gets_everything),
	TEST(a_plain_client_that_takes_a_little_a_minute_is_given_up),
	TEST(an_idle_plain_session_has_no_limit),
	TEST(a_plain_client_that_goes_on_talking_gets_what_sshd_said_last),
	TEST(a_client_that_is_silent_for_a_minute_is_paused_and_has_its_grace),
	TEST(when_all_is_acknowledged_the_end_is_kept_for_30_seconds),
	TEST(what_was_not_acknowledged_is_kept_for_the_grace),
	TEST(what_is_to_be_fetched_of_an_sshd_that_has_ended_counts_as_paused),
	TEST(one_that_nobody_can_know_of_is_kept_for_30_seconds),
	TEST(one_whose_client_has_come_back_is_kept_for_the_grace),
	TEST(the_reason_of_an_end_that_nobody_expects_is_kept_for_10_minutes),
	TEST(one_that_is_displaced_is_kept_for_10_minutes_without_its_bytes),
	TEST(a_client_that_loses_the_last_words_of_sshd_hears_why),
	TEST(an_sshd_that_does_not_end_after_its_client_is_left_after_3_seconds),
	TEST(one_that_does_not_even_take_what_its_client_said_last_after_6),
	TEST(what_the_client_says_is_acknowledged_within_half_a_second),
	TEST(a_client_that_says_nothing_has_30_seconds),
	TEST(a_message_that_stops_in_the_middle_has_5_seconds),
	TEST(where_no_process_can_be_forked_sshd_gets_the_connection_itself),
};

int
main(void)
{
	int status, failed = 0;
	pid_t pid;

	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		if ((pid = fork()) == 0) {
			alarm(20);
			tests[i].run();
			exit(0);
		}
		if (pid == -1 || waitpid(pid, &status, 0) != pid || status != 0) {
			fprintf(stderr, "%s: failed\n", tests[i].name);
			failed++;
		}
	}
	return failed != 0;
}
