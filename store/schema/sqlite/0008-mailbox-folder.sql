-- Letters that are put into a folder: when to try (again), which node is at it
-- (0 none), and why the last try did not succeed.
ALTER TABLE mailbox ADD COLUMN due_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN leased BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN code TEXT NOT NULL DEFAULT '';
CREATE INDEX mailbox_leased ON mailbox (leased) WHERE leased <> 0;
