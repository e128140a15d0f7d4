#include "xsd/xml_fault.h"

#include "base/err.h"

#define SYNTAX "PKT_XML_SYNTAX"

static const struct fault {
	int code; /* xmlParserErrors */
	const char *our_code;
	const char *text;
} faults[] = {
	{ XML_ERR_DOCUMENT_EMPTY, SYNTAX, "документ пуст или это не XML" },
	{ XML_ERR_DOCUMENT_END, SYNTAX,
	    "после корневого элемента есть лишнее содержимое" },
	{ XML_ERR_TAG_NAME_MISMATCH, SYNTAX,
	    "закрывающий тег не соответствует открывающему" },
	{ XML_ERR_TAG_NOT_FINISHED, SYNTAX, "элемент не закрыт" },
	{ XML_ERR_GT_REQUIRED, SYNTAX, "нет знака «>» в конце тега" },
	{ XML_ERR_LT_REQUIRED, SYNTAX, "ожидался знак «<»" },
	{ XML_ERR_LTSLASH_REQUIRED, SYNTAX, "ожидался закрывающий тег" },
	{ XML_ERR_EQUAL_REQUIRED, SYNTAX, "нет знака «=» после имени" },
	{ XML_ERR_LT_IN_ATTRIBUTE, SYNTAX,
	    "знак «<» в значении атрибута; пишите &lt;" },
	{ XML_ERR_ATTRIBUTE_NOT_STARTED, SYNTAX,
	    "значение атрибута без кавычек" },
	{ XML_ERR_ATTRIBUTE_NOT_FINISHED, SYNTAX,
	    "не закрыты кавычки значения атрибута" },
	{ XML_ERR_ATTRIBUTE_WITHOUT_VALUE, SYNTAX, "атрибут без значения" },
	{ XML_ERR_ATTRIBUTE_REDEFINED, SYNTAX, "атрибут указан дважды" },
	{ XML_ERR_NAME_REQUIRED, SYNTAX,
	    "ожидалось имя; знаки «<» и «&» в тексте пишите &lt; и &amp;" },
	{ XML_ERR_SPACE_REQUIRED, SYNTAX, "нет пробела между частями тега" },
	{ XML_ERR_UNDECLARED_ENTITY, SYNTAX, "неизвестная ссылка вида &имя;" },
	{ XML_WAR_UNDECLARED_ENTITY, SYNTAX, "неизвестная ссылка вида &имя;" },
	{ XML_ERR_ENTITYREF_SEMICOL_MISSING, SYNTAX,
	    "знак «&» в тексте; пишите &amp;" },
	{ XML_ERR_INVALID_CHAR, SYNTAX, "недопустимый в XML символ" },
	{ XML_ERR_INVALID_CHARREF, SYNTAX,
	    "ссылка на недопустимый в XML символ" },
	{ XML_ERR_INVALID_HEX_CHARREF, SYNTAX, "неверная ссылка вида &#x;" },
	{ XML_ERR_INVALID_DEC_CHARREF, SYNTAX, "неверная ссылка вида &#;" },
	{ XML_ERR_MISPLACED_CDATA_END, SYNTAX,
	    "сочетание «]]>» в тексте; пишите ]]&gt;" },
	{ XML_ERR_CDATA_NOT_FINISHED, SYNTAX, "раздел CDATA не закрыт" },
	{ XML_ERR_COMMENT_NOT_FINISHED, SYNTAX, "комментарий не закрыт" },
	{ XML_ERR_HYPHEN_IN_COMMENT, SYNTAX, "«--» внутри комментария" },
	{ XML_ERR_PI_NOT_FINISHED, SYNTAX, "инструкция обработки не закрыта" },
	{ XML_ERR_RESERVED_XML_NAME, SYNTAX,
	    "объявление XML стоит не в начале документа" },
	{ XML_ERR_XMLDECL_NOT_FINISHED, SYNTAX, "объявление XML не закрыто" },
	{ XML_ERR_VERSION_MISSING, SYNTAX, "в объявлении XML нет версии" },
	{ XML_ERR_UNKNOWN_VERSION, SYNTAX, "неизвестная версия XML" },
	{ XML_NS_ERR_UNDEFINED_NAMESPACE, SYNTAX,
	    "префикс пространства имён не объявлен" },
	{ XML_NS_ERR_ATTRIBUTE_REDEFINED, SYNTAX, "атрибут указан дважды" },
	{ XML_NS_ERR_QNAME, SYNTAX, "неверное имя с двоеточием" },
	{ XML_NS_ERR_COLON, SYNTAX, "двоеточие там, где оно недопустимо" },
	{ XML_NS_ERR_XML_NAMESPACE, SYNTAX,
	    "неверное объявление пространства имён" },
	{ XML_NS_ERR_EMPTY, SYNTAX, "пустое имя пространства имён" },
	{ XML_ERR_INVALID_ENCODING, "PKT_ENCODING", "байты не в UTF-8" },
	{ XML_ERR_UNKNOWN_ENCODING, "PKT_ENCODING", "неизвестная кодировка" },
	{ XML_ERR_UNSUPPORTED_ENCODING, "PKT_ENCODING",
	    "кодировка не поддерживается" },
	{ XML_ERR_DOCTYPE_NOT_FINISHED, "PKT_XML_DTD", "DOCTYPE запрещён" },
	{ XML_ERR_INTERNAL_ERROR, "PKT_XML_LIMIT",
	    "документ превышает пределы разбора" },
	{ XML_ERR_NAME_TOO_LONG, "PKT_XML_LIMIT", "слишком длинное имя" },
};

void
xml_fault(const xmlError *error, struct err *err)
{
	const struct fault *fault = NULL;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].code == error->code)
			fault = &faults[i];
	err_set(err, ERR_REFUSE, fault == NULL ? SYNTAX : fault->our_code,
	    "строка %d, столбец %d: %s", error->line, error->int2,
	    fault == NULL ? "это не правильный XML" : fault->text);
}
