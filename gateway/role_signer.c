/*
 * gateway/role_signer.c - holds the private key: digest in, signature out, as
 * a bare value or as PKCS#7.
 *
 * It sees no XML and no network, and talks to sealers only.
 */
#include "gateway/role.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "crypto/cms.h"
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

static int
sign(const struct signer *signer, const struct sign_job *job, struct buf *out,
    struct err *err)
{
	unsigned char value[GOST_SIGNATURE_MAX];
	size_t bytes = sizeof(value);

	if (job->form == SIGN_PKCS7)
		return cms_sign(signer->pair, job->digest, job->digest_bytes,
		    job->at_ms, out, err);
	if (keypair_sign(signer->pair, job->digest, job->digest_bytes, value,
		&bytes, err)
	    == -1)
		return -1;
	buf_add(out, value, bytes);
	return 0;
}

/* The only key is the system's, which signs files, too. */
static bool
has_key(const struct sign_job *job)
{
	return job->use == KEY_SYSTEM || job->digest_bytes == 0
	    || job->form == SIGN_PKCS7;
}

static void
answer(struct signer *signer, struct ipc_peer *peer, uint64_t id,
    const struct sign_job *job)
{
	struct signed_value answer = {
		.use = job->use,
		.algorithm = keypair_digest(signer->pair),
		.cert_base64 = keypair_cert_base64(signer->pair),
		.code = "",
		.why = "",
	};
	struct buf value, out;
	struct err err;
	int rc = 0;

	buf_init(&value, 0);
	buf_init(&out, 0);
	if (!has_key(job))
		rc = err_set(&err, ERR_RETRY, "KEY_SIGN",
		    "there is no key for personal signatures");
	else if (job->digest_bytes != 0)
		rc = sign(signer, job, &value, &err);
	if (rc == -1) {
		answer.code = err.code;
		answer.why = err.text;
	} else if (job->digest_bytes != 0) {
		metrics_add(METRIC_SIGNER_SIGNATURES, 1);
		answer.value = value.data;
		answer.value_bytes = value.bytes;
	}
	signed_write(&answer, &out);
	(void)ipc_answer(peer, IPC_SIGNED, id, out.data, out.bytes);
	buf_release(&out);
	buf_release(&value);
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
