-- Whether the signer of a received file is one whom the settings trust.
ALTER TABLE file ADD COLUMN trusted BIGINT NOT NULL DEFAULT 0;
