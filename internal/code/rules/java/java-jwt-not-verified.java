package shop.core;

import com.auth0.jwt.algorithms.Algorithm;
import com.nimbusds.jwt.PlainJWT;
import io.jsonwebtoken.Jwts;

class Example {
void all(String token, java.security.Key key) {
    // ruleid: java-jwt-not-verified
    Jwts.parser().parse(token);
    // ruleid: java-jwt-not-verified
    Jwts.parser().setSigningKey(key).parse(token);
    // ruleid: java-jwt-not-verified
    Algorithm.none();
    // ruleid: java-jwt-not-verified
    new PlainJWT(null);
    // ruleid: java-jwt-not-verified
    Jwts.builder().setSubject("a").compact();

    // ok: java-jwt-not-verified
    Jwts.parser().setSigningKey(key).parseClaimsJws(token);
    // ok: java-jwt-not-verified
    Jwts.parserBuilder().setSigningKey(key).build().parseClaimsJws(token);
    // ok: java-jwt-not-verified
    Algorithm.HMAC256(System.getenv("KEY"));
    // ok: java-jwt-not-verified
    Jwts.builder().setSubject("a").signWith(key).compact();
}
}
