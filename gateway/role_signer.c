/*
 * gateway/role_signer.c - holds the private key: digest in, signature out.
 *
 * It sees no XML and no network, and talks to sealers only.
 */
#include "gateway/role.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "gateway/config.h"
#include "gateway/flow/job.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"
#include "gateway/sandbox.h"

struct signer {
	struct keypair *pair;
};

static void
answer(struct signer *signer, struct ipc_peer *peer, uint64_t id,
    const struct sign_job *job)
{
	struct signed_value value = {
		.algorithm = keypair_digest(signer->pair),
		.cert_base64 = keypair_cert_base64(signer->pair),
		.code = "",
		.why = "",
	};
	unsigned char room[128];
	size_t bytes = sizeof(room);
	struct buf out;
	struct err err;

	if (job->digest_bytes != 0) {
		if (keypair_sign(signer->pair, job->digest, job->digest_bytes,
			room, &bytes, &err)
		    == 0) {
			metrics_add(METRIC_SIGNER_SIGNATURES, 1);
			value.value = room;
			value.value_bytes = bytes;
		} else {
			value.code = err.code;
			value.why = err.text;
		}
	}
	buf_init(&out, 0);
	signed_write(&value, &out);
	(void)ipc_answer(peer, IPC_SIGNED, id, out.data, out.bytes);
	buf_release(&out);
}

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct signer *signer = arg;
	struct sign_job job;

	if (FAILPOINT("signer.sign"))
		return;
	if (msg->type == IPC_SIGN && ipc_peer_role(peer) == ROLE_SEALER
	    && sign_job_read(msg, &job))
		answer(signer, peer, msg->id, &job);
}

int
role_signer(const struct role_start *start)
{
	static const struct loop_calls calls = { .message = on_message };
	const struct config *config = start->config;
	struct signer signer = { NULL };
	struct err err;
	struct loop *loop = loop_new(start, &calls, &signer);
	int status;

	if (gost_setup(config->openssl_conf, &err) == -1
	    || keypair_load(
		   config->smev.key, config->smev.cert, &signer.pair, &err)
		== -1
	    || sandbox_enter(ROLE_SIGNER, config, &err) == -1) {
		log_event(LOG_LEVEL_ERROR,
		    "event=start result=failed "
		    "code=%s why=\"%s\"",
		    err.code, err.text);
		return 1;
	}
	status = loop_run(loop);
	keypair_free(signer.pair);
	return status;
}
