-- Tables of registry/: who is who, what is true, since when and who said so.
-- Each table is written by one file of registry/; see registry/README.md.
CREATE TABLE registry_counter (
	id BIGINT PRIMARY KEY,
	change_seq BIGINT NOT NULL,
	regional_number BIGINT NOT NULL
);
INSERT INTO registry_counter (id, change_seq, regional_number)
	VALUES (1, 0, 0);

-- The change feed: one line an entity a packet, never changed.
CREATE TABLE change (
	change_seq BIGINT PRIMARY KEY,
	entity TEXT NOT NULL,
	entity_id TEXT NOT NULL,
	op TEXT NOT NULL,
	version BIGINT NOT NULL,
	at_ms BIGINT NOT NULL
);
CREATE INDEX change_entity ON change (entity_id, change_seq);

-- A source's key of its object, and which of our entities that is.
CREATE TABLE xref (
	source TEXT NOT NULL,
	entity TEXT NOT NULL,
	external_key TEXT NOT NULL,
	entity_id TEXT NOT NULL,
	status TEXT NOT NULL,
	first_seen_ms BIGINT NOT NULL,
	last_seen_ms BIGINT NOT NULL,
	PRIMARY KEY (source, entity, external_key)
);
CREATE INDEX xref_entity ON xref (entity_id);

CREATE TABLE person (
	id TEXT PRIMARY KEY,
	version BIGINT NOT NULL,
	change_seq BIGINT NOT NULL,
	state TEXT NOT NULL,
	life_status TEXT NOT NULL,
	roles BIGINT NOT NULL,
	snils_status TEXT NOT NULL,
	merged_into TEXT,
	valid_from TEXT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	name_key TEXT COLLATE "C" NOT NULL,
	regional_number TEXT,
	federal_guid TEXT,
	snils TEXT,
	surname TEXT,
	given_name TEXT,
	patronymic TEXT,
	sex TEXT,
	birth_date TEXT,
	birth_place TEXT,
	citizenship TEXT,
	death_date TEXT,
	unidentified TEXT,
	regional_address TEXT,
	deleted_ms BIGINT,
	delete_reason TEXT
);
CREATE UNIQUE INDEX person_number ON person (regional_number);
CREATE UNIQUE INDEX person_guid ON person (federal_guid)
	WHERE federal_guid IS NOT NULL;
CREATE UNIQUE INDEX person_snils ON person (snils)
	WHERE snils IS NOT NULL AND state IN ('active', 'provisional');
CREATE INDEX person_by_name ON person (name_key);

-- Names that were true before.
CREATE TABLE person_name (
	person_id TEXT NOT NULL,
	version BIGINT NOT NULL,
	surname TEXT,
	given_name TEXT,
	patronymic TEXT,
	valid_to TEXT NOT NULL,
	reason TEXT NOT NULL,
	act_number TEXT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	PRIMARY KEY (person_id, version)
);

-- Combined identifiers CI1 to CI6 and blocking keys, as keyed hashes only.
-- owner is a person, or a civil act that has found no person yet.
CREATE TABLE identity_key (
	hash BYTEA NOT NULL,
	owner TEXT NOT NULL,
	kind TEXT NOT NULL,
	PRIMARY KEY (hash, owner)
);

CREATE TABLE document (
	person_id TEXT NOT NULL,
	doc_key BYTEA NOT NULL,
	status TEXT NOT NULL,
	source TEXT NOT NULL,
	packet_id TEXT NOT NULL,
	rec_no BIGINT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	change_seq BIGINT NOT NULL,
	trust_rank BIGINT NOT NULL,
	kind TEXT,
	series TEXT,
	number TEXT,
	issue_date TEXT,
	issuer TEXT,
	act_number TEXT,
	act_date TEXT,
	PRIMARY KEY (person_id, doc_key)
);
CREATE INDEX document_lookup ON document (doc_key);

CREATE TABLE representation (
	child_id TEXT NOT NULL,
	adult_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	state TEXT NOT NULL,
	end_reason TEXT NOT NULL,
	source TEXT NOT NULL,
	packet_id TEXT NOT NULL,
	rec_no BIGINT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	change_seq BIGINT NOT NULL,
	PRIMARY KEY (child_id, adult_id, kind)
);
CREATE INDEX representation_adult ON representation (adult_id);

-- Who said each golden field: one row a source.
CREATE TABLE field_provenance (
	entity_id TEXT NOT NULL,
	field TEXT NOT NULL,
	source TEXT NOT NULL,
	value_hash BIGINT NOT NULL,
	packet_id TEXT NOT NULL,
	rec_no BIGINT NOT NULL,
	asserted_ms BIGINT NOT NULL,
	received_ms BIGINT NOT NULL,
	valid_from TEXT NOT NULL,
	seq BIGINT NOT NULL,
	trust_rank BIGINT NOT NULL,
	status TEXT NOT NULL,
	PRIMARY KEY (entity_id, field, source)
);

-- What was known when: valid time and recorded time.
CREATE TABLE entity_version (
	entity_id TEXT NOT NULL,
	version BIGINT NOT NULL,
	entity TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	recorded_ms BIGINT NOT NULL,
	superseded_ms BIGINT,
	change_seq BIGINT NOT NULL,
	source TEXT NOT NULL,
	packet_id TEXT NOT NULL,
	rec_no BIGINT NOT NULL,
	fields TEXT NOT NULL,
	PRIMARY KEY (entity_id, version)
);

-- Tasks for a steward; evidence is codes, candidates are ids and scores.
CREATE TABLE conflict (
	dedup_key TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	severity TEXT NOT NULL,
	entity TEXT NOT NULL,
	entity_id TEXT,
	field TEXT NOT NULL,
	source TEXT NOT NULL,
	against TEXT NOT NULL,
	packet_id TEXT NOT NULL,
	rec_no BIGINT NOT NULL,
	evidence TEXT NOT NULL,
	candidates TEXT NOT NULL,
	opened_ms BIGINT NOT NULL,
	deadline_ms BIGINT NOT NULL,
	status TEXT NOT NULL,
	resolution TEXT NOT NULL
);
CREATE INDEX conflict_entity ON conflict (entity_id);
CREATE INDEX conflict_open ON conflict (deadline_ms) WHERE status = 'open';

CREATE TABLE organisation (
	id TEXT PRIMARY KEY,
	version BIGINT NOT NULL,
	change_seq BIGINT NOT NULL,
	state TEXT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	full_name TEXT,
	short_name TEXT,
	inn TEXT,
	kpp TEXT,
	ogrn TEXT,
	type TEXT,
	status TEXT,
	oktmo TEXT,
	address TEXT,
	phone TEXT,
	email TEXT,
	site TEXT,
	licence TEXT,
	capacity TEXT
);
CREATE INDEX organisation_ogrn ON organisation (ogrn);
CREATE INDEX organisation_inn ON organisation (inn);

CREATE TABLE learning_group (
	id TEXT PRIMARY KEY,
	version BIGINT NOT NULL,
	change_seq BIGINT NOT NULL,
	state TEXT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	org_id TEXT NOT NULL,
	org_key TEXT,
	kind TEXT,
	name TEXT,
	letter TEXT,
	parallel TEXT,
	school_year TEXT,
	shift TEXT,
	capacity TEXT,
	is_virtual TEXT
);
CREATE INDEX learning_group_org ON learning_group (org_id);

-- state: open, suspended, closed, cancelled, deleted.
CREATE TABLE enrolment (
	id TEXT PRIMARY KEY,
	version BIGINT NOT NULL,
	change_seq BIGINT NOT NULL,
	state TEXT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	person_id TEXT NOT NULL,
	org_id TEXT NOT NULL,
	group_id TEXT,
	person_key TEXT,
	org_key TEXT,
	group_key TEXT,
	level TEXT,
	programme TEXT,
	study_form TEXT,
	financing TEXT,
	language TEXT,
	adapted TEXT,
	enrolled_on TEXT,
	order_number TEXT,
	order_date TEXT,
	ended_on TEXT,
	end_reason TEXT
);
CREATE INDEX enrolment_person ON enrolment (person_id);
CREATE INDEX enrolment_org ON enrolment (org_id);

-- status: announced, confirmed, unpaired, cancelled.
CREATE TABLE movement (
	id TEXT PRIMARY KEY,
	change_seq BIGINT NOT NULL,
	status TEXT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	person_id TEXT NOT NULL,
	enrolment_id TEXT,
	paired_id TEXT,
	act_id TEXT,
	from_org_id TEXT,
	to_org_id TEXT,
	source TEXT NOT NULL,
	packet_id TEXT NOT NULL,
	rec_no BIGINT NOT NULL,
	before_state TEXT NOT NULL,
	before_group_id TEXT,
	person_key TEXT,
	enrolment_key TEXT,
	kind TEXT,
	effective_date TEXT,
	order_number TEXT,
	order_date TEXT,
	reason TEXT,
	from_org_key TEXT,
	to_org_key TEXT,
	from_group_key TEXT,
	to_group_key TEXT,
	counterpart_region TEXT
);
CREATE INDEX movement_person ON movement (person_id);
CREATE INDEX movement_enrolment ON movement (enrolment_id);

-- One row a version of an act; newest is the one that counts.  status: done,
-- unusable (nobody to match), unmatched (nobody here yet), review, stale.
CREATE TABLE civil_act (
	id TEXT PRIMARY KEY,
	person_id TEXT,
	matched TEXT NOT NULL,
	outcome TEXT NOT NULL,
	newest BIGINT NOT NULL,
	change_seq BIGINT NOT NULL,
	source TEXT NOT NULL,
	packet_id TEXT NOT NULL,
	rec_no BIGINT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	version_no BIGINT NOT NULL,
	death_date TEXT NOT NULL,
	kind TEXT NOT NULL,
	number TEXT NOT NULL,
	act_date TEXT,
	version TEXT,
	version_date TEXT,
	status TEXT,
	zags_code TEXT,
	zags_name TEXT,
	cert_series TEXT,
	cert_number TEXT,
	cert_date TEXT,
	annulled TEXT,
	stillborn TEXT,
	UNIQUE (kind, number, version_no)
);
CREATE INDEX civil_act_person ON civil_act (person_id);

-- What the key of the hashed keys above gives for a fixed text: with another
-- key nobody would be found, and everyone would come into being once more.
CREATE TABLE registry_key_mark (
	id BIGINT PRIMARY KEY,
	mark TEXT NOT NULL
);
