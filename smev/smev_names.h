/*
 * smev/smev_names.h - namespaces and operation names of SMEV 3.
 *
 * Source: smev PROTOCOL 3 and 4.
 */
#ifndef SMEV_SMEV_NAMES_H
#define SMEV_SMEV_NAMES_H

#include <stdbool.h>

#include "smev/smev.h"

#define SMEV_SOAP_NS "http://schemas.xmlsoap.org/soap/envelope/"
#define SMEV_DS_NS   "http://www.w3.org/2000/09/xmldsig#"
#define SMEV_NS_BEGIN \
	"urn://x-artefacts-smev-gov-ru/services/message-exchange/types/"
#define SMEV_XOP_NS "http://www.w3.org/2004/08/xop/include"
#define SMEV_XSI_NS "http://www.w3.org/2001/XMLSchema-instance"

/* Namespace URIs of version, for the life of the program. */
const char *smev_ns_types(enum smev_version version);
const char *smev_ns_basic(enum smev_version version);
const char *smev_ns_faults(enum smev_version version);
/* The version whose types namespace uri is; false: none. */
bool smev_version_of(const char *uri, enum smev_version *ret_version);
/* "SendRequest" ...: with "Request" or "Response" after it, an element. */
const char *smev_op_name(enum smev_op op);

#endif
