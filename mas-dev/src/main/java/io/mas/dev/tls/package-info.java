/**
 * Certificates for clusters that are thrown away, made by the JDK's own {@code keytool}: nobody
 * else trusts them. Imports nothing of MAS.
 */
@NullMarked
package io.mas.dev.tls;

import org.jspecify.annotations.NullMarked;
