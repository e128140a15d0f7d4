-- A message that was marked as a test: its answer may change nothing here.
ALTER TABLE envelope ADD COLUMN test BIGINT NOT NULL DEFAULT 0;
-- The packet that was taken for its answer.
ALTER TABLE envelope ADD COLUMN answer_id TEXT NOT NULL DEFAULT '';

-- Names that an envelope had before it was sent as another message.
CREATE TABLE envelope_former (
	message_id TEXT PRIMARY KEY,
	envelope_id BIGINT NOT NULL
);
