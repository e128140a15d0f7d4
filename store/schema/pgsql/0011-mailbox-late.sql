-- A request for a system behind the door that it has not answered in the time of
-- its data type is told once.
ALTER TABLE mailbox ADD COLUMN late BIGINT NOT NULL DEFAULT 0;
CREATE INDEX mailbox_late ON mailbox (datatype, created_ms, id)
	WHERE side = 'in' AND kind = 'request' AND answered = 0 AND late = 0
	AND reply_to <> '';
