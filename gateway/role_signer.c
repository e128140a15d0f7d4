/*
 * gateway/role_signer.c - holds the private keys: digest in, signature out, as
 * a bare value or as PKCS#7.
 *
 * It sees no XML and no network, and talks to sealers only.  It waits for
 * nothing but a key: a token, or a program with a deadline.  When one is lost
 * the process ends, and the next one opens it anew.
 */
#include "gateway/role.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "crypto/cms.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "gateway/config.h"
#include "gateway/flow/job.h"
#include "gateway/keys.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"
#include "gateway/sandbox.h"

struct signer {
	struct keys *keys;
	struct loop *loop;
};

static int
sign(const struct keypair *pair, const struct sign_job *job, struct buf *out,
    struct err *err)
{
	unsigned char value[GOST_SIGNATURE_MAX];
	size_t bytes = sizeof(value);

	if (job->form == SIGN_PKCS7)
		return cms_sign(
		    pair, job->digest, job->digest_bytes, job->at_ms, out, err);
	if (keypair_sign(
		pair, job->digest, job->digest_bytes, value, &bytes, err)
	    == -1)
		return -1;
	buf_add(out, value, bytes);
	return 0;
}

/* Who asks only who signs is told of files, too: form does not matter then. */
static int
choose(struct signer *signer, const struct sign_job *job, struct keypair **ret,
    struct err *err)
{
	enum sign_form form =
	    job->digest_bytes == 0 ? SIGN_PKCS7 : (enum sign_form)job->form;

	return keys_signer(signer->keys, (enum key_use)job->use, form,
	    clock_now_ms(), ret, err);
}

static void
answer(struct signer *signer, struct ipc_peer *peer, uint64_t id,
    const struct sign_job *job)
{
	struct signed_value answer = {
		.use = job->use, .cert_base64 = "", .code = "", .why = ""
	};
	struct keypair *pair;
	struct buf value, out;
	struct err err = { 0 };
	int rc;

	buf_init(&value, 0);
	buf_init(&out, 0);
	rc = choose(signer, job, &pair, &err);
	if (rc == 0) {
		answer.algorithm = keypair_digest(pair);
		answer.cert_base64 = keypair_cert_base64(pair);
		if (job->digest_bytes != 0)
			rc = sign(pair, job, &value, &err);
	}
	if (rc == -1) {
		answer.code = err.code;
		answer.why = err.text;
		log_event(LOG_LEVEL_WARN,
		    "event=sign result=failed code=%s why=\"%s\"", err.code,
		    err.text);
	} else if (job->digest_bytes != 0) {
		metrics_add(METRIC_SIGNER_SIGNATURES, 1);
		answer.value = value.data;
		answer.value_bytes = value.bytes;
	}
	signed_write(&answer, &out);
	(void)ipc_answer(peer, IPC_SIGNED, id, out.data, out.bytes);
	buf_release(&out);
	buf_release(&value);
	if (err.kind == ERR_FATAL) {
		ipc_flush(peer);
		loop_stop(signer->loop, 1);
	}
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

/* Files that belong to root are read first; tokens and programs are used by
 * whom we become. */
static int
open_keys(const struct config *config, struct signer *signer, struct err *err)
{
	if (gost_setup(config->openssl_conf, err) == -1
	    || keys_read(config, &signer->keys, err) == -1
	    || sandbox_drop_user(config, err) == -1
	    || keys_open(signer->keys, clock_now_ms(), err) == -1)
		return -1;
	return sandbox_enter(ROLE_SIGNER, config, err);
}

int
role_signer(const struct role_start *start)
{
	static const struct loop_calls calls = { .message = on_message };
	struct signer signer = { 0 };
	struct err err;
	int status;

	signer.loop = loop_new(start, &calls, &signer);
	if (open_keys(start->config, &signer, &err) == -1) {
		log_event(LOG_LEVEL_ERROR,
		    "event=start result=failed code=%s why=\"%s\"", err.code,
		    err.text);
		return 1;
	}
	status = loop_run(signer.loop);
	keys_free(signer.keys);
	return status;
}
