<?php
function load($xml) {
    $doc = new DOMDocument();
    // ruleid: php-xml-external-entities
    $doc->loadXML($xml, LIBXML_NOENT | LIBXML_DTDLOAD);
    // ok: php-xml-external-entities
    $doc->loadXML($xml);
    // ok: php-xml-external-entities
    $doc->loadXML($xml, LIBXML_NONET);
    // ruleid: php-xml-external-entities
    simplexml_load_string($xml, 'SimpleXMLElement', LIBXML_NOENT);
    // ok: php-xml-external-entities
    simplexml_load_string($xml);
    // ruleid: php-xml-external-entities
    libxml_disable_entity_loader(false);
    // ok: php-xml-external-entities
    libxml_disable_entity_loader(true);
    // ruleid: php-xml-external-entities
    $doc->substituteEntities = true;
    // ruleid: php-xml-external-entities
    new SimpleXMLElement($xml, LIBXML_NOENT);
}
