import java.security.MessageDigest;

class Hashes {
    void all() throws Exception {
        // ruleid: java-weak-hash
        MessageDigest a = MessageDigest.getInstance("MD5");
        // ok: java-weak-hash
        MessageDigest b = MessageDigest.getInstance("SHA-256");
        // ruleid: java-weak-hash
        MessageDigest.getInstance("SHA1", "BC");
    }
}
