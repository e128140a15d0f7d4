-- Tables of queue/.  done_ms is 0 while a row still waits or is held, so the
-- partial indexes hold only what is alive, however long the history is.
CREATE TABLE inbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	source TEXT NOT NULL,
	packet_id TEXT NOT NULL,
	channel TEXT NOT NULL,
	content_type TEXT NOT NULL,
	digest TEXT NOT NULL,
	meta TEXT NOT NULL,
	state TEXT NOT NULL,
	code TEXT NOT NULL DEFAULT '',
	why TEXT NOT NULL DEFAULT '',
	attempt BIGINT NOT NULL DEFAULT 0,
	due_ms BIGINT NOT NULL,
	leased BIGINT NOT NULL DEFAULT 0,
	received_ms BIGINT NOT NULL,
	done_ms BIGINT NOT NULL DEFAULT 0,
	protocol BLOB,
	UNIQUE (source, packet_id)
);
CREATE INDEX inbox_live ON inbox (state, due_ms, id) WHERE done_ms = 0;

-- Apart from inbox: what never changes is written once.
CREATE TABLE inbox_body (
	id INTEGER PRIMARY KEY,
	body BLOB NOT NULL,
	receipt BLOB NOT NULL
);

CREATE TABLE inbox_ack (
	ack_id TEXT PRIMARY KEY,
	inbox_id BIGINT NOT NULL,
	accepted BIGINT NOT NULL,
	tried_ms BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE inbox_sequence (
	source TEXT NOT NULL,
	scope TEXT NOT NULL,
	kind TEXT NOT NULL,
	seq BIGINT NOT NULL,
	full_seq BIGINT NOT NULL,
	PRIMARY KEY (source, scope, kind)
);

CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	envelope_id BIGINT NOT NULL DEFAULT 0,
	lane TEXT NOT NULL,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	dedup_key TEXT NOT NULL UNIQUE,
	reply_to TEXT NOT NULL,
	cause TEXT NOT NULL,
	state TEXT NOT NULL,
	code TEXT NOT NULL DEFAULT '',
	why TEXT NOT NULL DEFAULT '',
	created_ms BIGINT NOT NULL,
	due_ms BIGINT NOT NULL,
	done_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outbox_pack ON outbox (lane, id)
	WHERE done_ms = 0 AND envelope_id = 0;
CREATE INDEX outbox_live ON outbox (lane, subject, id, state)
	WHERE done_ms = 0;
CREATE INDEX outbox_envelope ON outbox (envelope_id) WHERE envelope_id <> 0;

CREATE TABLE outbox_body (
	id INTEGER PRIMARY KEY,
	body BLOB NOT NULL
);

CREATE TABLE envelope (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	message_id TEXT NOT NULL UNIQUE,
	lane TEXT NOT NULL,
	kind TEXT NOT NULL,
	reply_to TEXT NOT NULL,
	state TEXT NOT NULL,
	code TEXT NOT NULL DEFAULT '',
	why TEXT NOT NULL DEFAULT '',
	attempt BIGINT NOT NULL DEFAULT 0,
	leased BIGINT NOT NULL DEFAULT 0,
	renew BIGINT NOT NULL DEFAULT 0,
	created_ms BIGINT NOT NULL,
	due_ms BIGINT NOT NULL,
	answer_by_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX envelope_due ON envelope (lane, due_ms, id)
	WHERE state = 'waiting';
CREATE INDEX envelope_answer ON envelope (answer_by_ms, id)
	WHERE state = 'awaiting';

CREATE TABLE envelope_body (
	id INTEGER PRIMARY KEY,
	sealed BLOB NOT NULL
);

-- The balance's own memory: what was accepted and owed, and how many rows are
-- in each finished state.  The triggers take a finished row that is deleted
-- out of its state's count, so that its loss shows as a difference.
CREATE TABLE queue_counter (
	name TEXT PRIMARY KEY,
	n BIGINT NOT NULL
);
INSERT INTO queue_counter (name, n) VALUES
	('in_accepted', 0), ('in_applied', 0), ('in_refused', 0),
	('in_cancelled', 0), ('out_owed', 0), ('out_delivered', 0),
	('out_cancelled', 0);
CREATE TRIGGER inbox_lost AFTER DELETE ON inbox WHEN OLD.done_ms <> 0
BEGIN
	UPDATE queue_counter SET n = n - 1 WHERE name = 'in_' || OLD.state;
END;
CREATE TRIGGER outbox_lost AFTER DELETE ON outbox WHEN OLD.done_ms <> 0
BEGIN
	UPDATE queue_counter SET n = n - 1 WHERE name = 'out_' || OLD.state;
END;

CREATE TABLE journal (
	seq INTEGER PRIMARY KEY,
	at_ms BIGINT NOT NULL,
	event TEXT NOT NULL,
	packet_id TEXT NOT NULL,
	source TEXT NOT NULL,
	digest TEXT NOT NULL,
	detail TEXT NOT NULL,
	hash BLOB NOT NULL
);
CREATE INDEX journal_packet ON journal (packet_id, seq);

-- Where the chain ends, so that a cut tail is seen.
CREATE TABLE journal_head (
	id BIGINT PRIMARY KEY,
	seq BIGINT NOT NULL,
	hash BLOB NOT NULL
);
