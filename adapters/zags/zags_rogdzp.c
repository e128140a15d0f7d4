/*
 * Births that ZAGS pushes: rogdzp, 112-23, editions 4.0.0 and 4.0.1.
 *
 * The schema of the content was never published; this shape is ours, after
 * the death push of the same registry (fataloiv), whose parts it shares.  All
 * elements are in urn://x-artefacts-zags-rogdzp/root/112-23/4.0.1 (or 4.0.0),
 * those of the envelope in dir: urn://x-artefacts-smev-gov-ru/services/
 * message-exchange/types/directive/1.3.  "@x" is an unqualified attribute, "?"
 * optional, "+" one or more, "*" any number, "a | b" exactly one; children
 * stand in this order.
 *
 * Request
 *   dir:Registry
 *     dir:RegistryRecord+
 *       dir:RecordId
 *       dir:Record @Id
 *         dir:RecordContent @Id
 *           ROGDZPRequest
 *
 * ROGDZPRequest @ИдСвед (1..36 characters) @ДатаСвед (date); may also be root
 *   СведРегРожд+ @НомерЗапис (1..22) @ДатаЗапис (date) @НомерВерс (1..3
 *       digits) @ДатаВерс (date)
 *     ОрганЗАГС @НаимЗАГС (1..1000) @КодЗАГС (1..8)
 *     СтатусЗаписи @ДатаНачСтатус (date) @КодСтатус (01 02 03 04 07)
 *         @НаимСтатус (1..255)
 *     СведСвидет? @СерияСвидет (2..8) @НомерСвидет (6..8) @ДатаВыдСвидет
 *     ПовтСвидет* as СведСвидет
 *     ПрдСведРег
 *       СведРодившемся @Пол? (1 2) @СНИЛС? (XXX-XXX-XXX XX) @ПрМертворожд? (1)
 *         ФИО
 *           Фамилия (1..60) | ПрФамилия (1)
 *           Имя (1..60) | ПрИмя (1)
 *           Отчество (1..60) | ПрОтчество (1)
 *         ПрДатаРожд (1) | ДатаРождКаленд (date) | ДатаРождДок
 *             (ПрДень | День 1..31), (ПрМесяц | Месяц 1..12), Год (gYear)
 *         ПрМестоРожден (1) | МестоРожден @МестоТекст (1..512) @КодСтраны?
 *             @НаимСтраны? @Регион? @НаимСубъект? @Район? @Город?
 *             @НаселПункт? @ОКТМО?
 *         (ПрГражданство (1) | Гражданство @ОКСМ? (3 digits) @НаимСтраны)?
 *         (ПрАдрМЖ (1) | АдрМЖ: АдрМЖРФ @АдрРФТекст (1..512) @ОКТМО? |
 *             АдрМЖИн @ОКСМ @НаимСтраны @АдрТекст (1..512))?
 *       (ПрСведМать (1) | СведМать @СНИЛС?)?
 *         ФИО, then as in СведРодившемся the date, and each optional: place,
 *         citizenship, (ПрУдЛичнФЛ (1) | УдЛичнФЛ @КодВидДок (2 digits)
 *         @НаимДок @СерНомДок (1..25) @ДатаДок? @ВыдДок?)?, address
 *       (ПрСведОтец (1) | СведОтец, as СведМать)?
 *     СведИспрАГС* @ДатаВнесИспр (date) @КодВидСвед? @НаимВидСвед?
 *         @СодержИспр?, no children
 *     СведВосстанАГС? as СведИспрАГС
 *     СведАннулирАГС? as СведИспрАГС
 *
 * ROGDZPResponse @ИдСвед @КодОбр ("1" stored, "2" not readable)
 */
