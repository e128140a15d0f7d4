#include "gateway/control_words.h"

static const struct control_command commands[] = {
	{ "status", "", "", false, control_status, NULL },
	{ "balance", "", "", false, control_balance, NULL },
	{ "queue", "show", "[LANE|NAME|held]", false, control_queue_show,
	    NULL },
	{ "queue", "", "", false, control_queue, NULL },
	{ "shape", "", "", false, control_shape, NULL },
	{ "packet", "show", "ID...", false, control_packet_show, NULL },
	{ "packet", "cat", "ID...", false, control_packet_cat, NULL },
	{ "packet", "files", "ID...", false, control_packet_files, NULL },
	{ "packet", "trace", "ID...", false, control_packet_trace, NULL },
	{ "packet", "retry", "ID...", true, control_packet_release, NULL },
	{ "packet", "release", "ID...", true, control_packet_release, NULL },
	{ "packet", "hold", "ID...", true, control_packet_hold, NULL },
	{ "packet", "cancel", "ID...", true, control_packet_cancel, NULL },
	{ "person", "show", "ID...", false, control_person_show, NULL },
	{ "person", "find", "WORD...", false, control_person_find, NULL },
	{ "smev", "queues", "", false, NULL, control_smev_queues },
	{ "keys", "list", "", false, control_keys_list, NULL },
	{ "check", "keys", "", false, control_check_keys, NULL },
	{ "verify-journal", "", "", false, control_verify_journal, NULL },
};

const struct control_command *
control_command_at(size_t i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ? &commands[i] : NULL;
}
