#include "tools/smevemu/emu_compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/uuid.h"

/* Namespace URI as SMEV writes it inside ReplyTo: no scheme, '_' for '/'. */
static void
queue_word(const struct emu_message *request, char *dst, size_t room)
{
	const char *ns = request->content_ns;

	if (strstr(ns, "://") != NULL)
		ns = strstr(ns, "://") + 3;
	snprintf(dst, room, "%s_%s", ns, request->content_name);
	for (; *dst != '\0'; dst++) {
		if (*dst == '/' || *dst == ':' || *dst == '"' || *dst == '\\')
			*dst = '_';
	}
}

void
emu_compose_reply_to(struct emu *emu, struct emu_message *request)
{
	char word[400], json[800], nonce[UUID_BYTES];
	unsigned char text[1200];

	uuid_v4(nonce);
	queue_word(request, word, sizeof(word));
	snprintf(json, sizeof(json),
	    "{\"sid\":%zu,\"mid\":\"%s\",\"eol\":%lld,\"slc\":\"%s\","
	    "\"mnm\":\"%.50s\",\"crt\":\"%s\"}",
	    emu->message_count, request->id, (long long)request->eol_ms, word,
	    request->sender->name, nonce);
	EVP_EncodeBlock(text, (const unsigned char *)json, (int)strlen(json));
	free(request->reply_to);
	request->reply_to = xstrdup((const char *)text);
	map_put(emu->by_reply_to, request->reply_to, request);
}
