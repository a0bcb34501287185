# ruleid: ruby-xml-external-entities
Nokogiri::XML(text) { |config| config.noent }
# ok: ruby-xml-external-entities
Nokogiri::XML(text) { |config| config.nonet }
# ruleid: ruby-xml-external-entities
Nokogiri::XML(text, nil, nil, Nokogiri::XML::ParseOptions::NOENT)
# ok: ruby-xml-external-entities
Nokogiri::XML(text)
# ruleid: ruby-xml-external-entities
LibXML::XML.default_substitute_entities = true
# ok: ruby-xml-external-entities
LibXML::XML.default_substitute_entities = false
