package io.mas.dev.tls;

import io.mas.dev.server.Program;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority in a directory. What it issues is in PEM files, as Kubernetes mounts
 * them: a chain of certificates, and its private key.
 */
public final class CertificateAuthority {
  private static final String ALIAS = "ca";

  /** Of the key store; what it protects is thrown away with it. */
  private static final String PASSWORD = "throw-away";

  private final Path directory;

  private CertificateAuthority(Path directory) {
    this.directory = directory;
  }

  /** Files of a certificate and its key. */
  public record Pem(Path certificate, Path privateKey) {}

  /**
   * Makes an authority.
   *
   * @param directory made if there is none
   */
  public static CertificateAuthority in(Path directory) throws IOException {
    Files.createDirectories(directory);
    var authority = new CertificateAuthority(directory);
    authority.generate(ALIAS, List.of("-ext", "bc:c"));
    authority.write(ALIAS);
    return authority;
  }

  /** What those who trust the authority have to know: its own certificate. */
  public Path certificate() {
    return pem(ALIAS).certificate();
  }

  /**
   * Issues a certificate, for servers and clients, in place of an earlier one of this name.
   *
   * @param host whom it names, such as {@code ip:127.0.0.1} or {@code dns:localhost}
   */
  public Pem issue(String name, String host) throws IOException {
    if (Files.exists(pem(name).certificate())) {
      keytool(List.of("-delete", "-alias", name));
    }
    generate(name, List.of("-signer", ALIAS, "-ext", "san=" + host));
    return write(name);
  }

  private Pem pem(String name) {
    return new Pem(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
  }

  private void generate(String name, List<String> more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-keyalg", "EC"));
    arguments.addAll(List.of("-groupname", "secp256r1", "-validity", "2"));
    arguments.addAll(more);
    keytool(arguments);
  }

  private void keytool(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(List.of("-keystore", store().toString(), "-storepass", PASSWORD));
    Program.Ended ended = Program.run(new ProcessBuilder(command));
    if (ended.code() != 0) {
      throw new IOException("keytool %s: %s".formatted(arguments, ended.printed()));
    }
  }

  private Path store() {
    return directory.resolve("store.p12");
  }

  /**
   * Takes a certificate and its key out of the store; each file changes at once, not bit by bit.
   */
  private Pem write(String name) throws IOException {
    try (InputStream in = Files.newInputStream(store())) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      StringBuilder chain = new StringBuilder();
      for (Certificate certificate : store.getCertificateChain(name)) {
        chain.append(text("CERTIFICATE", certificate.getEncoded()));
      }
      replace(pem(name).certificate(), chain.toString());
      byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
      replace(pem(name).privateKey(), text("PRIVATE KEY", key));
      return pem(name);
    } catch (GeneralSecurityException e) {
      throw new IOException("what keytool has made cannot be read", e);
    }
  }

  private static String text(String what, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, body, what);
  }

  private static void replace(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
