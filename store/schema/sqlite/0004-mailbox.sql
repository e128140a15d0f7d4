-- Messages between information systems behind the door and SMEV.  side: in
-- (for the system, waits until it is taken) or out (from it, sent by outbox).
CREATE TABLE mailbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	owner TEXT NOT NULL,
	side TEXT NOT NULL,
	kind TEXT NOT NULL,
	client_id TEXT NOT NULL,
	ref_client_id TEXT NOT NULL,
	node TEXT NOT NULL,
	datatype TEXT NOT NULL,
	message_id TEXT NOT NULL,
	reference_id TEXT NOT NULL,
	transaction_code TEXT NOT NULL,
	reply_to TEXT NOT NULL,
	outbox_id BIGINT NOT NULL,
	answered BIGINT NOT NULL DEFAULT 0,
	created_ms BIGINT NOT NULL,
	taken_ms BIGINT NOT NULL DEFAULT 0,
	taken_by TEXT NOT NULL DEFAULT '',
	UNIQUE (owner, side, client_id)
);
CREATE INDEX mailbox_waits ON mailbox (owner, id)
	WHERE side = 'in' AND taken_ms = 0;
CREATE INDEX mailbox_taken ON mailbox (owner, taken_by) WHERE taken_by <> '';
CREATE INDEX mailbox_about ON mailbox (owner, ref_client_id);
CREATE INDEX mailbox_when ON mailbox (owner, created_ms, id);
CREATE INDEX mailbox_sent ON mailbox (outbox_id) WHERE outbox_id <> 0;

-- Apart from mailbox: what never changes is written once.
CREATE TABLE mailbox_body (
	id INTEGER PRIMARY KEY,
	body BLOB NOT NULL
);
