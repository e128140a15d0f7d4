#include "tools/kontingent-load/load_body.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/rand.h"
#include "xsd/xml_write.h"

/* A number that belongs to subject and use, the same on every call. */
static uint64_t
mix(const struct load_body *body, unsigned use)
{
	uint64_t z = body->seed * UINT64_C(0x9e3779b97f4a7c15)
	    + body->subject * UINT64_C(0xd1342543de82ef95) + use;

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Three syllables after a word that no name begins with. */
static void
made_up(const struct load_body *body, unsigned use, const char *begin,
    const char *end, char *dst, size_t room)
{
	static const char *const syllables[] = { "ба", "во", "гу", "де", "жи",
		"зу", "ка", "ло", "ми", "ну", "па", "ре", "со", "ту", "фи",
		"ха" };
	uint64_t z = mix(body, use);

	snprintf(dst, room, "%s%s%s%s%s", begin, syllables[z % 16],
	    syllables[z / 16 % 16], syllables[z / 256 % 16], end);
}

void
load_body_snils(uint32_t number, char ret_text[12])
{
	unsigned sum = 0;
	char digits[10];

	snprintf(digits, sizeof(digits), "%09" PRIu32, number % 1000000000u);
	for (unsigned i = 0; i < 9; i++)
		sum += (unsigned)(digits[i] - '0') * (9 - i);
	sum %= 101;
	snprintf(ret_text, 12, "%s%02u", digits, sum == 100 ? 0 : sum);
}

static void leaf(struct xml_writer *w, const char *name, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static void
leaf(struct xml_writer *w, const char *name, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	xml_write_leaf(w, name, text);
}

static void
write_date(struct xml_writer *w, const char *name, uint64_t z, unsigned year)
{
	leaf(w, name, "%04u-%02u-%02u", year, (unsigned)(z % 12 + 1),
	    (unsigned)(z / 12 % 28 + 1));
}

static void
write_learner_person(struct xml_writer *w, const struct load_body *body)
{
	bool girl = mix(body, 1) % 2 == 1;
	char text[120], snils[12];

	load_body_snils((uint32_t)(900000000 + mix(body, 2) % 90000000), snils);
	if (body->wrong_snils)
		snils[10] = snils[10] == '9' ? '0' : (char)(snils[10] + 1);
	xml_write_open(w, "Person");
	xml_write_leaf(w, "Snils", snils);
	made_up(body, 3, "Тест", girl ? "ова" : "ов", text, sizeof(text));
	xml_write_leaf(w, "Surname", text);
	made_up(body, 4, "Тест", girl ? "а" : "", text, sizeof(text));
	xml_write_leaf(w, "GivenName", text);
	made_up(body, 5, "Тест", girl ? "овна" : "ович", text, sizeof(text));
	xml_write_leaf(w, "Patronymic", text);
	xml_write_leaf(w, "Sex", girl ? "2" : "1");
	write_date(
	    w, "BirthDate", mix(body, 6), 2009 + (unsigned)(mix(body, 7) % 10));
	xml_write_leaf(w, "BirthPlace", "г. Тестоград");
	xml_write_leaf(w, "Citizenship", "643");
	xml_write_close(w);
}

static void
write_mother(struct xml_writer *w, const struct load_body *body)
{
	char text[120], snils[12];

	xml_write_open(w, "Representative");
	xml_write_leaf(w, "Kind", "mother");
	xml_write_open(w, "Person");
	load_body_snils((uint32_t)(990000000 + mix(body, 8) % 9000000), snils);
	xml_write_leaf(w, "Snils", snils);
	made_up(body, 3, "Тест", "ова", text, sizeof(text));
	xml_write_leaf(w, "Surname", text);
	made_up(body, 9, "Тест", "а", text, sizeof(text));
	xml_write_leaf(w, "GivenName", text);
	xml_write_leaf(w, "Sex", "2");
	write_date(w, "BirthDate", mix(body, 10),
	    1975 + (unsigned)(mix(body, 11) % 15));
	xml_write_close(w);
	xml_write_close(w);
}

/* changed: with an address that another packet of his did not have. */
static void
write_learner(struct xml_writer *w, const struct load_body *body, bool changed)
{
	xml_write_open(w, "Learner");
	write_learner_person(w, body);
	xml_write_open(w, "Document");
	xml_write_leaf(w, "Kind", "03");
	xml_write_leaf(w, "Series", "IV-ТТ");
	leaf(w, "Number", "%06u", (unsigned)(mix(body, 12) % 1000000));
	write_date(w, "IssueDate", mix(body, 13), 2019);
	leaf(w, "Issuer", "Отдел ЗАГС № %u г. Тестограда",
	    changed ? (unsigned)rand_below(90) + 10
		    : (unsigned)(mix(body, 14) % 10));
	xml_write_close(w);
	if (mix(body, 15) % 10 < 7)
		write_mother(w, body);
	xml_write_close(w);
}

static size_t
school_of(const struct load_body *body)
{
	return (size_t)(mix(body, 16) % body->org_count);
}

static void
write_enrolment(struct xml_writer *w, const struct load_body *body)
{
	size_t school = school_of(body);

	xml_write_open(w, "Enrolment");
	leaf(w, "PersonKey", "L-%" PRIu64 "-%zu", body->seed, body->subject);
	leaf(w, "OrgKey", "O-%" PRIu64 "-%zu", body->seed, school);
	leaf(w, "GroupKey", "G-%" PRIu64 "-%zu", body->seed, school);
	xml_write_leaf(w, "Level", "basic");
	xml_write_leaf(w, "Programme", "Основная образовательная программа");
	xml_write_leaf(w, "Language", "rus");
	xml_write_leaf(w, "EnrolledOn", "2026-09-01");
	leaf(w, "OrderNumber", "%zu-з", body->subject + 1);
	xml_write_leaf(w, "OrderDate", "2026-08-30");
	xml_write_close(w);
}

static void
write_movement(struct xml_writer *w, const struct load_body *body)
{
	size_t school = school_of(body);

	xml_write_open(w, "Movement");
	leaf(w, "PersonKey", "L-%" PRIu64 "-%zu", body->seed, body->subject);
	leaf(w, "EnrolmentKey", "E-%" PRIu64 "-%zu", body->seed, body->subject);
	xml_write_leaf(w, "Kind", "20");
	xml_write_leaf(w, "EffectiveDate", "2026-10-01");
	leaf(w, "OrderNumber", "%zu-п", body->subject + 1);
	xml_write_leaf(w, "OrderDate", "2026-09-30");
	leaf(w, "FromOrgKey", "O-%" PRIu64 "-%zu", body->seed, school);
	leaf(w, "ToOrgKey", "O-%" PRIu64 "-%zu", body->seed, school);
	xml_write_close(w);
}

static void
write_organisation(struct xml_writer *w, const struct load_body *body)
{
	xml_write_open(w, "Organisation");
	leaf(w, "FullName", "Тестовая школа № %zu", body->subject + 1);
	leaf(w, "ShortName", "ТШ № %zu", body->subject + 1);
	xml_write_leaf(w, "Status", "active");
	leaf(w, "Address", "г. Тестоград, Тестовая улица, %zu",
	    body->subject + 1);
	leaf(w, "Capacity", "%u", (unsigned)rand_below(500) + 500);
	xml_write_close(w);
}

static void
write_group(struct xml_writer *w, const struct load_body *body)
{
	xml_write_open(w, "Group");
	leaf(w, "OrgKey", "O-%" PRIu64 "-%zu", body->seed, body->subject);
	xml_write_leaf(w, "Kind", "class");
	xml_write_leaf(w, "Name", "5Т");
	xml_write_leaf(w, "Letter", "Т");
	xml_write_leaf(w, "Parallel", "5");
	xml_write_leaf(w, "SchoolYear", "2026");
	leaf(w, "Capacity", "%u", (unsigned)rand_below(10) + 25);
	xml_write_close(w);
}

void
load_body_write(
    struct xml_writer *w, enum load_kind kind, const struct load_body *body)
{
	static const char letters[LOAD_KINDS] = { 'L', 'L', 'E', 'M', 'O',
		'G' };

	xml_write_open(w, "Record");
	leaf(w, "RecNo", "%zu", body->rec_no);
	xml_write_leaf(w, "Op", "UPSERT");
	leaf(w, "ExternalKey", "%c-%" PRIu64 "-%zu", letters[kind], body->seed,
	    body->subject);
	switch (kind) {
	case LOAD_LEARNER:
	case LOAD_REPEAT:
		write_learner(w, body, kind == LOAD_REPEAT);
		break;
	case LOAD_ENROLMENT:
		write_enrolment(w, body);
		break;
	case LOAD_MOVEMENT:
		write_movement(w, body);
		break;
	case LOAD_ORG:
		write_organisation(w, body);
		break;
	case LOAD_GROUP:
	case LOAD_KINDS:
		write_group(w, body);
		break;
	}
	xml_write_close(w);
}
