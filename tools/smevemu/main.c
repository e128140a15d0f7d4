/*
 * smevemu(8): an emulator of SMEV 3.  One process, one thread, one loop.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_builtin.h"
#include "tools/smevemu/emu_check.h"
#include "tools/smevemu/emu_conf.h"
#include "tools/smevemu/emu_ftpd.h"
#include "tools/smevemu/emu_http.h"
#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_slice.h"
#include "tools/smevemu/emu_state.h"
#include "tools/smevemu/emu_store.h"
#include "xsd/xml_doc.h"
#include "xsd/xsd_registry.h"

#define ENVELOPE_BYTES (64 << 20)

struct options {
	const char *conf, *state, *openssl_conf, *envelope;
	int64_t port; /* -1: as configured */
	bool check;
};

static int
usage(void)
{
	fputs("usage: smevemu -c FILE [-p PORT] [-n] [-s STATE-FILE] "
	      "[-o OPENSSL-CONF]\n"
	      "       smevemu -C ENVELOPE [-c FILE] [-o OPENSSL-CONF]\n",
	    stderr);
	return 2;
}

static int
parse_options(int argc, char **argv, struct options *ret)
{
	static const struct option words[] = {
		{ "check", required_argument, NULL, 'C' }, { NULL, 0, NULL, 0 }
	};
	int option;

	ret->port = -1;
	while ((option = getopt_long(argc, argv, "C:c:p:s:o:n", words, NULL))
	    != -1) {
		switch (option) {
		case 'C':
			ret->envelope = optarg;
			break;
		case 'c':
			ret->conf = optarg;
			break;
		case 'p':
			if (str_int(optarg, 0, 65535, &ret->port) == -1)
				return -1;
			break;
		case 's':
			ret->state = optarg;
			break;
		case 'o':
			ret->openssl_conf = optarg;
			break;
		case 'n':
			ret->check = true;
			break;
		default:
			return -1;
		}
	}
	return (ret->conf == NULL && ret->envelope == NULL) || optind != argc
	    ? -1
	    : 0;
}

/* gost first: it must be the first to touch OpenSSL. */
static int
set_up(const struct options *options, struct emu **ret_emu, struct err *err)
{
	if (gost_setup(options->openssl_conf, err) == -1
	    || dsig_setup(err) == -1)
		return -1;
	xml_doc_setup();
	*ret_emu = emu_new();
	if (options->conf != NULL
	    && emu_conf_file(*ret_emu, options->conf, err) == -1)
		return -1;
	if ((*ret_emu)->key == NULL && options->envelope == NULL)
		return err_set(err, ERR_FATAL, "EMU_CONF",
		    "%.100s: no key of SMEV: key FILE CERT", options->conf);
	if (options->port != -1)
		(*ret_emu)->port = (int)options->port;
	return 0;
}

static void
on_stop(evutil_socket_t signal_number, short what, void *arg)
{
	(void)signal_number;
	(void)what;
	event_base_loopbreak(arg);
}

static int
serve(struct emu *emu, struct err *err)
{
	struct event *stop[2] = { NULL, NULL };
	struct emu_http *http = NULL;
	int port = 0, rc = -1;

	signal(SIGPIPE, SIG_IGN);
	emu->base = event_base_new();
	if (emu_store_serve(emu, err) == -1
	    || emu_http_start(emu, &http, &port, err) == -1)
		goto out;
	emu_conf_uploads(emu, false);
	emu_builtin_run(emu);
	stop[0] = evsignal_new(emu->base, SIGTERM, on_stop, emu->base);
	stop[1] = evsignal_new(emu->base, SIGINT, on_stop, emu->base);
	event_add(stop[0], NULL);
	event_add(stop[1], NULL);
	printf("smevemu ready port=%d", port);
	if (emu->ftpd != NULL)
		printf(" ftp=%d", emu_ftpd_port(emu->ftpd));
	printf("\n");
	fflush(stdout);
	event_base_dispatch(emu->base);
	rc = 0;
out:
	for (int i = 0; i < 2; i++) {
		if (stop[i] != NULL)
			event_free(stop[i]);
	}
	emu_http_free(http);
	emu_store_close(emu);
	emu_slices_free(emu->slices);
	emu->slices = NULL;
	event_base_free(emu->base);
	return rc;
}

/* What was seen, for those who look after the end. */
static int
write_state(const struct emu *emu, const char *path, struct err *err)
{
	struct buf out;
	int rc;

	buf_init(&out, 0);
	emu_state_write(emu, true, &out);
	rc = file_write(path, out.data, out.bytes, err);
	buf_release(&out);
	return rc;
}

/*
 * What is wrong with one saved envelope.  Without a catalogue in the settings
 * the installed one will do; without that, none.
 *
 * Returns how many things are wrong, or -1.
 */
static int
check_envelope(struct emu *emu, const char *path, struct err *err)
{
	struct arena *arena = arena_new();
	struct emu_remarks remarks;
	struct buf text, notes;
	struct err none = { 0 };
	int rc = -1;

	buf_init(&text, 0);
	buf_init(&notes, 0);
	emu_remarks_init(&remarks, arena);
	if (emu->schemas == NULL)
		(void)xsd_registry_load(
		    xsd_registry_folder(), &emu->schemas, &none);
	if (file_read(path, ENVELOPE_BYTES, &text, err) == 0) {
		emu_check(emu, buf_text(&text), text.bytes, &remarks, &notes);
		emu_remarks_text(&remarks, &notes);
		printf("%s%s", buf_text(&notes),
		    remarks.count == 0 ? "ошибок не найдено\n" : "");
		if (remarks.count > 0)
			printf("ошибок: %zu\n", remarks.count);
		rc = (int)remarks.count;
	}
	buf_release(&notes);
	buf_release(&text);
	arena_free(arena);
	return rc;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct emu *emu = NULL;
	struct err err = { 0 };
	int rc;

	if (parse_options(argc, argv, &options) == -1)
		return usage();
	log_open("smevemu", LOG_LEVEL_INFO);
	rc = set_up(&options, &emu, &err);
	if (rc == 0 && options.envelope != NULL)
		rc = check_envelope(emu, options.envelope, &err);
	else if (rc == 0 && !options.check)
		rc = serve(emu, &err);
	if (rc == 0 && !options.check && options.state != NULL)
		rc = write_state(emu, options.state, &err);
	if (rc == -1)
		fprintf(stderr, "smevemu: %s: %s\n", err.code, err.text);
	emu_free(emu);
	return rc == 0 ? 0 : 1;
}
