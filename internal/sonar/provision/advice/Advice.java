/**
 * What a real Java runs when a Sonar scanner was told not to take the runtime that the server offers. It says what to change
 * and ends with an error. Advice.class beside it is this, compiled: javac --release 8 -g:none Advice.java
 */
public class Advice {
    public static void main(String[] args) {
        System.out.println("{\"level\":\"ERROR\",\"message\":\"This server is drydock, and this scanner was told to use a Java of its own. "
            + "Remove sonar.scanner.skipJreProvisioning and sonar.scanner.javaExePath, or use 'drydock scan . --server'.\"}");
        System.exit(1);
    }
}
