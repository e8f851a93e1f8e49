package io.mas.api;

import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The roles of a process.
 *
 * @param roles what it does: {@code gateway}, {@code repair}, or both
 */
@ConfigurationProperties("mas")
record RolesProperties(@DefaultValue({"gateway", "repair"}) Set<Role> roles) {

  RolesProperties {
    roles = Set.copyOf(roles);
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("mas.roles is empty, expected gateway, repair, or both");
    }
  }
}
