package shop.core;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.jsontype.*;

class Example {
// ruleid: java-jackson-default-typing
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
Object any;

// ok: java-jackson-default-typing
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
Object named;

void all(ObjectMapper mapper) throws Exception {
    // ruleid: java-jackson-default-typing
    mapper.enableDefaultTyping();
    // ruleid: java-jackson-default-typing
    mapper.activateDefaultTyping(LaissezFaireSubTypeValidator.instance, ObjectMapper.DefaultTyping.NON_FINAL);

    // ok: java-jackson-default-typing
    mapper.activateDefaultTyping(BasicPolymorphicTypeValidator.builder().build());
    // ok: java-jackson-default-typing
    mapper.readValue("{}", Example.class);
    // ok: java-jackson-default-typing
    mapper.disableDefaultTyping();
}
}
