package shop.core;

import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;

class Example {
boolean all(Mac mac, byte[] body, byte[] given) {
    // ruleid: java-timing-compare
    boolean a = Arrays.equals(mac.doFinal(body), given);
    byte[] wanted = mac.doFinal(body);
    // ruleid: java-timing-compare
    boolean b = Arrays.equals(given, wanted);

    // ok: java-timing-compare
    boolean c = MessageDigest.isEqual(wanted, given);
    // ok: java-timing-compare
    boolean d = Arrays.equals(body, given);
    // ok: java-timing-compare
    boolean e = Arrays.hashCode(wanted) == 0;
    return a && b && c && d && e;
}
}
