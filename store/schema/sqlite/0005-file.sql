-- Files of messages, received (inbox_id) or to be sent (outbox_id); contents
-- lie in the files folder by digest.
CREATE TABLE file (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	inbox_id BIGINT NOT NULL,
	outbox_id BIGINT NOT NULL,
	ordinal BIGINT NOT NULL,
	name TEXT NOT NULL,
	mime TEXT NOT NULL,
	namespace_uri TEXT NOT NULL,
	digest TEXT NOT NULL,
	bytes BIGINT NOT NULL,
	signature TEXT NOT NULL,
	signer TEXT NOT NULL,
	by_ftp BIGINT NOT NULL,
	ref_id TEXT NOT NULL,
	hash TEXT NOT NULL,
	stored_ms BIGINT NOT NULL,
	created_ms BIGINT NOT NULL
);
CREATE INDEX file_inbox ON file (inbox_id, ordinal) WHERE inbox_id <> 0;
CREATE INDEX file_outbox ON file (outbox_id, ordinal) WHERE outbox_id <> 0;
CREATE INDEX file_digest ON file (digest);

-- What the sealed bytes are: XML, or a multipart body with files.
ALTER TABLE envelope_body ADD COLUMN content_type TEXT NOT NULL DEFAULT '';
