-- Which queue of SMEV a message is for, and until when it makes sense.  Indexes
-- begin with lane and destination, so that what waits for one that is full
-- is never looked through on the way to another.
ALTER TABLE outbox ADD COLUMN destination TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN due_by_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN eol_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN late BIGINT NOT NULL DEFAULT 0;
ALTER TABLE envelope ADD COLUMN destination TEXT NOT NULL DEFAULT '';
ALTER TABLE envelope ADD COLUMN eol_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN sender TEXT NOT NULL DEFAULT '';
UPDATE outbox SET destination = lane WHERE done_ms = 0;
UPDATE envelope SET destination = lane
	WHERE state IN ('waiting', 'awaiting', 'held');
DROP INDEX outbox_pack;
CREATE INDEX outbox_pack ON outbox (lane, destination, id)
	WHERE done_ms = 0 AND envelope_id = 0 AND state = 'waiting';
CREATE INDEX outbox_late ON outbox (due_by_ms, id)
	WHERE done_ms = 0 AND due_by_ms <> 0 AND late = 0;
DROP INDEX envelope_due;
CREATE INDEX envelope_due ON envelope (lane, destination, due_ms, id)
	WHERE state = 'waiting';

-- Who is not called for a while, why, and until when.  realm: a lane, with the
-- name of a destination; 'smev'; 'poll', with what is polled.
CREATE TABLE rest (
	realm TEXT NOT NULL,
	name TEXT NOT NULL,
	failures BIGINT NOT NULL,
	rests BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	pace BIGINT NOT NULL,
	code TEXT NOT NULL,
	why TEXT NOT NULL,
	changed_ms BIGINT NOT NULL,
	PRIMARY KEY (realm, name)
);
