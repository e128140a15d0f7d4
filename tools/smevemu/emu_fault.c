#include "tools/smevemu/emu_fault.h"

#include <stddef.h>
#include <string.h>

#define SIGNATURE "SignatureVerificationFault"

static const struct emu_fault faults[] = {
	{ "EMU_FAILURE", "SMEVFailure", NULL, NULL, "SYS:1",
	    "Ошибка СМЭВ. Обратитесь в службу технической поддержки." },
	{ "EMU_SOAP", SIGNATURE, "PoorSOAPEnvelopeFormat", "SMEV-100", "SPS:1",
	    "Нарушен формат SOAP-конверта." },
	{ "EMU_NO_SIGNATURE", SIGNATURE, "NoSignatureFound", "SMEV-100",
	    "SPS:1", "Отсутствует ЭП-ОВ" },
	{ "EMU_SIGN_TARGET", SIGNATURE, "IncorrectSignatureTarget", "SMEV-100",
	    "SPS:2", "ЭП-ОВ подписывает не тот элемент сообщения" },
	{ "EMU_SIGN_INVALID", SIGNATURE, "SignatureIsInvalid", "SMEV-100",
	    "SPS:3", "ЭП-ОВ не соответствует подписанным данным" },
	{ "EMU_CERT_NONE", SIGNATURE, "CertificateIsNotFound", "SMEV-100",
	    "SPS:4", "В ЭП-ОВ нет сертификата" },
	{ "EMU_CERT_EXPIRED", SIGNATURE, "CertificateIsExpired", "SMEV-100",
	    "SPS:5", "Срок действия сертификата истёк" },
	{ "EMU_CERT_REVOKED", SIGNATURE, "SignatureIsInvalid", "SMEV-100",
	    "SPS:7", "Cертификат отозван. Код ответа в ГУЦ: 1" },
	{ "EMU_CERT_UNKNOWN", SIGNATURE, "CertificateIsNotFound", "SMEV-100",
	    "SPS:8",
	    "Предъявленный сертификат пользователя не зарегистрирован в "
	    "СМЭВ" },
	{ "EMU_SENDER", "SenderIsNotRegistered", NULL, NULL, "SPS:6",
	    "Информационная система не зарегистрирована в СМЭВ." },
	{ "EMU_CONTENT", "InvalidContent", NULL, "SMEV-403", "SRS:1",
	    "Нарушен формат бизнес-конверта." },
	{ "EMU_TYPE", "BusinessDataTypeIsNotSupported", NULL, NULL, "SRS:2",
	    "Неподдерживаемый тип запроса." },
	{ "EMU_WRONG_RESPONSE", "IncorrectResponseContentType", NULL, NULL,
	    "SRS:3", "Содержимое ответа зарегистрировано как запрос." },
	{ "EMU_SELECTOR", "UnknownMessageType", NULL, NULL, "DAS:1",
	    "Входящая очередь запрошенного типа сообщений не зарегистрирована "
	    "в СМЭВ" },
	{ "EMU_TRANSACTION", "TransactionCodeInvalid", NULL, NULL, "SRS:4",
	    "Неверный код транзакции." },
	{ "EMU_ID_FORMAT", "InvalidMessageIdFormat", NULL, "SMEV-300", "SRS:5",
	    "Недопустимый формат идентификатора сообщения. См. RFC-4122." },
	{ "EMU_ID_STALE", "StaleMessageId", NULL, NULL, "SRS:6",
	    "Timestamp идентификатора сообщения слишком давний." },
	{ "EMU_ID_SENT", "MessageIsAlreadySent", NULL, "SMEV-301", "SRS:7",
	    "Сообщение с таким идентификатором было послано ранее." },
	{ "EMU_ATTACHMENT", "AttachmentContentMiscoordination", NULL, NULL,
	    "SRS:8", "Заголовки и содержимое вложений не согласованы." },
	{ "EMU_FTP_FILES", "AttachmentContentMiscoordination", NULL, NULL,
	    "FS:1", "Ошибка проверки ftp файлов" },
	{ "EMU_ATTACHMENT_SIZE", "AttachmentSizeLimitExceeded", NULL, NULL,
	    "SRS:9",
	    "Превышен максимально допустимый суммарный размер присоединённых "
	    "файлов." },
	{ "EMU_QUOTA", "QuoteLimitExceeded", NULL, NULL, "SRS:10",
	    "Квота на файловое хранилище для получателя превышена!" },
	{ "EMU_ACCESS", "AccessDenied", NULL, NULL, "SRS:11",
	    "Доступ запрещён" },
	{ "EMU_PERSONAL", "PersonalAccessDenied", NULL, NULL, "SRS:17",
	    "Доступ по сертификату должностного лица запрещён" },
	{ "EMU_LIMIT", "AccessDenied", NULL, "SMEV-100", "SRS:12",
	    "Технологический доступ к СМЭВ временно отозван в связи с "
	    "нарушением установленного лимита обращений в систему" },
	{ "EMU_RECIPIENT", "RecipientIsNotFound", NULL, NULL, "SRS:13",
	    "Невозможно определить получателя для сообщения." },
	{ "EMU_OVERFLOW", "DestinationOverflow", NULL, "SMEV-600", "SRS:14",
	    "Очередь, в которую должно быть отправлено сообщение, "
	    "переполнена." },
	{ "EMU_EOL", "EndOfLifeReached", NULL, NULL, "SRS:15",
	    "Срок жизни сообщения истёк." },
	{ "EMU_NOT_UNCONFIRMED", "TargetMessageIsNotFound", NULL, "SMEV-501",
	    "DAS:4", "Сообщение не найдено среди неподтверждённых." },
	{ "EMU_REQUEST_NONE", "RequestIsNotFound", NULL, NULL, "SRS:16",
	    "Запрос не найден." },
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

const struct emu_fault *
emu_fault_by_code(const char *code)
{
	for (size_t i = 0; i < FAULTS; i++) {
		if (strcmp(faults[i].code, code) == 0)
			return &faults[i];
	}
	return &faults[0];
}

const struct emu_fault *
emu_fault_by_element(const char *element)
{
	for (size_t i = 0; i < FAULTS; i++) {
		if (strcmp(faults[i].element, element) == 0
		    || (faults[i].verdict != NULL
			&& strcmp(faults[i].verdict, element) == 0))
			return &faults[i];
	}
	return NULL;
}
