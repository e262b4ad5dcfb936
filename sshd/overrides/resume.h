/*
 * What the files of resumable connections share beside sshpod.h: types of the wire, and the state of a holder.
 */
#ifndef RESUME_H
#define RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum {
	RESUME_ID = 16,
	RESUME_NONCE = 16,
	RESUME_MAC = 16,
	RESUME_KEY = 32,		/* of the server, a client or a connection */
	LONGEST_GREETING = 48,
	NEW_LENGTH = 75,
	RESUME_LENGTH = 99,
	WELCOME_LENGTH = 41,
	RESUMED_LENGTH = 33,
	NO_LENGTH = 18,
	FRAME_HEADER = 4,
	FRAME_MOST_DATA = 65536,
	FRAME_LONGEST = FRAME_HEADER + 32,	/* of those that are not DATA */
	RING_LEAST = 16 * 1024,
};

enum frame_type { FRAME_DATA = 1, FRAME_ACK, FRAME_PING, FRAME_PONG, FRAME_END, FRAME_BYE, FRAME_ABANDON };
enum frame_result { FRAME_INCOMPLETE, FRAME_COMPLETE, FRAME_INVALID };
enum end_reason { END_OVER, END_CLEAN, END_GRACE, END_PROTOCOL, END_DISPLACED };
enum no_code { NO_SUCH_CONNECTION = 1, NO_SUCH_POSITION, NO_MORE_CONNECTIONS };

struct ring {
	uint8_t *bytes;
	size_t room;			/* bytes of memory */
	uint64_t start, end;		/* positions of the stream */
};

struct frame_reader {
	uint8_t bytes[FRAME_LONGEST];
	size_t have;			/* bytes of a frame that has not come whole */
	size_t data_left;		/* of a DATA frame that has begun */
};

struct frame {
	enum frame_type type;
	const uint8_t *payload;
	size_t length;
};

/* One connection of the client to us: a TCP connection, or an exec stream. */
struct attachment {
	int in, out;			/* -1: none */
	int control;			/* closed with it: the process of an exec stream waits for that; or -1 */
	uint8_t nonce[RESUME_NONCE];	/* that our greeting had */
};

/* The client's first message, NEW or RESUME. */
struct first_message {
	uint8_t bytes[RESUME_LENGTH];
	size_t have;
};

struct holder {
	uint8_t id[RESUME_ID];
	uint8_t client_key[RESUME_KEY], key[RESUME_KEY];
	unsigned grace;			/* seconds */
	size_t window, client_window;

	struct attachment attachment;
	int sshd;			/* our end of the pair; -1: closed */
	int meeting;			/* where attachers come (meeting.c); -1: nowhere */

	struct ring to_client, to_sshd;
	uint64_t sent;			/* position of to_client that the attachment gets next */
	uint64_t acknowledged;		/* position of to_sshd that the client knows we have handed on */
	bool sshd_is_deaf;		/* it takes nothing any more, but may still say something */

	struct frame_reader reader;
	uint8_t head[64];		/* what is being written, before `body` bytes of to_client */
	size_t head_length, head_written, body;
	uint64_t pong;
	bool ack_due, pong_due, end_sent;

	/* monotonic milliseconds, 0: not set */
	long long ack_at;		/* when an ACK is sent at the latest */
	long long heard;		/* when the last byte came */
	long long leave_at;		/* when we leave, whatever the client does */
	long long shut_at;		/* until when sshd may take what is left, and then, until when it may end */
	long long emptied_at;		/* since when nothing is in the rings */
	long long lost_at;		/* since when there is no attachment; by the clock that runs in a suspended machine */

	bool welcomed;			/* the client has shown that it has our WELCOME */
	bool over;			/* nothing more comes from sshd */
	bool client_ended;
	bool leaving;			/* BYE has come, or nobody is left who would say it */
	enum end_reason reason;
	int faults;			/* attachments in a row that broke the protocol */
	uint64_t progress;		/* sum of positions at the last of them */
};

/* frames.c */
void frame_put64(uint8_t *, uint64_t);
uint64_t frame_get64(const uint8_t *);
void frame_put32(uint8_t *, uint32_t);
uint32_t frame_get32(const uint8_t *);
size_t frame_header(uint8_t *, enum frame_type, size_t);
size_t frame_number(uint8_t *, enum frame_type, uint64_t);
size_t frame_end(uint8_t *, uint64_t, enum end_reason);
enum frame_result frame_next(struct frame_reader *, const uint8_t **, size_t *, struct frame *);

/* ring.c */
size_t ring_length(const struct ring *);
void ring_grow(struct ring *, size_t, size_t);
void ring_release(struct ring *);
int ring_space(const struct ring *, size_t, struct iovec [2]);
int ring_data(const struct ring *, uint64_t, size_t, struct iovec [2]);
bool ring_append(struct ring *, const void *, size_t);

/* resume_key.c */
void resume_mac(const uint8_t [RESUME_KEY], const char *, const struct iovec *, int, uint8_t [RESUME_KEY]);
void client_key(const uint8_t *, uint8_t [RESUME_KEY]);
void resume_encode(const uint8_t *, size_t, char *, size_t);

/* handshake.c */
size_t greeting_text(const uint8_t [RESUME_NONCE], char [LONGEST_GREETING]);
size_t first_message_wants(const struct first_message *);
bool first_message_is_resume(const struct first_message *);
const uint8_t *resume_id(const struct first_message *);
uint64_t resume_received(const struct first_message *);
uint64_t resume_consumed(const struct first_message *);
bool new_accept(struct holder *, const struct first_message *);
bool resume_is_genuine(const struct holder *, const struct first_message *, const uint8_t [RESUME_NONCE]);
bool abandon_is_genuine(const struct holder *, const uint8_t [RESUME_NONCE], const uint8_t *);
void welcome_write(const struct holder *, uint8_t [WELCOME_LENGTH]);
void resumed_write(const struct holder *, const struct first_message *, const uint8_t [RESUME_NONCE], uint8_t [RESUMED_LENGTH]);
void no_write(enum no_code, const struct first_message *, const uint8_t [RESUME_NONCE], uint8_t [NO_LENGTH]);

/* meeting.c */
enum meeting_kind { MEETING_RESUME = 1, MEETING_ABANDON, MEETING_DISPLACE };
struct meeting_message {
	uint8_t kind;
	uint8_t nonce[RESUME_NONCE];
	uint8_t body[RESUME_LENGTH];
};
int meeting_open(const uint8_t [RESUME_ID]);
void meeting_close(const uint8_t [RESUME_ID]);
int meeting_call(const uint8_t [RESUME_ID], const struct meeting_message *, const struct attachment *);
int meeting_answer(int, struct meeting_message *, struct attachment *);
void meeting_mark(const uint8_t [RESUME_ID], bool);

/* paused.c */
void paused_limit(void);

/* sending.c */
bool sending_is_due(const struct holder *);
bool sending_flush(struct holder *);

/* receiving.c */
enum received { RECEIVED, RECEIVED_NOTHING, RECEIVED_INVALID };
enum received receiving_read(struct holder *);
void receiving_hand_on(struct holder *);

/* ending.c */
void holder_detach(struct holder *);
void holder_attach(struct holder *, const struct attachment *);
void holder_end(struct holder *, enum end_reason);
void holder_fault(struct holder *);
long long holder_patience(const struct holder *);
bool holder_may_leave(const struct holder *);
void attachment_close(struct attachment *);

/* takeover.c */
void takeover_accept(struct holder *);

/* holder.c */
void holder_watch_signals(void);
void holder_run(struct holder *);

/* plain.c */
bool write_within(int, const void *, size_t, int);
void plain_copy(const struct attachment *, int, uint8_t, bool);

/* greeting.c */
void greeting_serve(struct attachment *, int, bool);

#endif
