#include "gateway/control_words.h"

static const struct control_command commands[] = {
	{ "status", "", "", false, control_status },
	{ "balance", "", "", false, control_balance },
	{ "queue", "show", "[LANE|NAME|held]", false, control_queue_show },
	{ "queue", "", "", false, control_queue },
	{ "shape", "", "", false, control_shape },
	{ "packet", "show", "ID...", false, control_packet_show },
	{ "packet", "cat", "ID...", false, control_packet_cat },
	{ "packet", "trace", "ID...", false, control_packet_trace },
	{ "packet", "retry", "ID...", true, control_packet_release },
	{ "packet", "release", "ID...", true, control_packet_release },
	{ "packet", "hold", "ID...", true, control_packet_hold },
	{ "packet", "cancel", "ID...", true, control_packet_cancel },
	{ "person", "show", "ID...", false, control_person_show },
	{ "person", "find", "WORD...", false, control_person_find },
	{ "verify-journal", "", "", false, control_verify_journal },
};

const struct control_command *
control_command_at(size_t i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ? &commands[i] : NULL;
}
