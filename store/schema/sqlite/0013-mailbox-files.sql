-- Files of this row of the inbox have to be given into the system's folder
-- before the letter may be taken; 0: none, or they are there.
ALTER TABLE mailbox ADD COLUMN files_of BIGINT NOT NULL DEFAULT 0;
