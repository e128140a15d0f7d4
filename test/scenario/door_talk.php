<?php
// PHP's SoapClient through the door: the description, a request, its answer, a
// fault.  Prints "ok NAME" or "not ok NAME".
$url = getenv('SCENARIO_DOOR');
$test = 'urn://x-test/door/1.0';

function truth($name, $good, $got = '') {
	echo $good ? "ok $name\n" : "not ok $name: " . json_encode($got, JSON_UNESCAPED_UNICODE) . "\n";
}

function door($system, $key) {
	global $url;
	return new SoapClient("$url?wsdl", ['login' => $system, 'password' => $key,
	    'cache_wsdl' => WSDL_CACHE_NONE, 'trace' => true]);
}

function wait($door, $system) {
	for ($i = 0; $i < 300; $i++) {
		$got = $door->Get(['itSystem' => $system]);
		if (isset($got->Message))
			return $got;
		usleep(100000);
	}
	return null;
}

function content($xml) {
	return ['content' => ['MessagePrimaryContent' => ['any' => new SoapVar($xml, XSD_ANYXML)]]];
}

$asks = door('ask-is', 'ask-key');
$answers = door('answer-is', 'answer-key');
truth('PHP sees three operations', count($asks->__getFunctions()) == 3, $asks->__getFunctions());
$got = $asks->Get(['itSystem' => 'ask-is']);
truth('an empty box gives nothing', !isset($got->Message), $got);
$sent = $asks->Send(['itSystem' => 'ask-is', 'RequestMessage' => [
    'RequestMetadata' => ['clientId' => 'php-1'],
    'RequestContent' => content("<d:Ask xmlns:d='$test'>Тест</d:Ask>")]]);
truth('a request is taken', strlen($sent->MessageId) == 36, $sent);
$got = wait($answers, 'answer-is');
truth('and comes', $got->smevMetadata->MessageId == $sent->MessageId, $got);
truth('with its content', strpos($answers->__getLastResponse(), '>Тест</') !== false);
preg_match('/clientId>([^<]+)</', $answers->__getLastResponse(), $id);
$answers->Send(['itSystem' => 'answer-is', 'ResponseMessage' => [
    'ResponseMetadata' => ['clientId' => 'php-2', 'replyToClientId' => $id[1]],
    'ResponseContent' => content("<d:Answer xmlns:d='$test'>Ответ</d:Answer>")]]);
$got = wait($asks, 'ask-is');
truth('the answer comes', $got->smevMetadata->OriginalMessageID == $sent->MessageId, $got);
truth('with its content', strpos($asks->__getLastResponse(), '>Ответ</') !== false);
try {
	$asks->Get(['itSystem' => 'answer-is']);
	truth('another name is refused', false);
} catch (SoapFault $fault) {
	truth('another name is refused', isset($fault->detail->ValidationFault)
	    && $fault->detail->ValidationFault->code == 'DOOR_SYSTEM', $fault->getMessage());
}
$got = $asks->Find(['itSystem' => 'ask-is', 'specificQuery' => ['messageClientIdCriteria' => [
    'clientId' => 'php-1', 'clientIdCriteria' => 'GET_RESPONSE_BY_REQUEST_CLIENTID']]]);
truth('the answer is found', isset($got->QueryResult), $got);
