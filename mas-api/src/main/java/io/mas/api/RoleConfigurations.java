package io.mas.api;

import io.mas.api.garbage.GarbageConfiguration;
import io.mas.api.nodes.VerdictConfiguration;
import io.mas.api.repair.RepairConfiguration;
import io.mas.api.status.GaugesConfiguration;
import io.mas.api.status.OperatorConfiguration;
import io.mas.api.token.TokenConfiguration;
import io.mas.api.upload.UploadConfiguration;
import io.mas.api.web.ClosedPortConfiguration;
import io.mas.api.web.WebConfiguration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.type.AnnotationMetadata;

/** Chooses the rooms that a process needs for its roles, so that it has nothing of the others. */
final class RoleConfigurations implements ImportSelector, EnvironmentAware {
  private Environment environment = new StandardEnvironment();

  @Override
  public void setEnvironment(Environment environment) {
    this.environment = environment;
  }

  @Override
  public String[] selectImports(AnnotationMetadata importing) {
    Set<Role> roles = Binder.get(environment).bindOrCreate("mas", RolesProperties.class).roles();
    Set<Class<?>> chosen = new LinkedHashSet<>();
    if (roles.contains(Role.GATEWAY)) {
      chosen.add(OperatorConfiguration.class);
      chosen.add(TokenConfiguration.class);
      chosen.add(UploadConfiguration.class);
      chosen.add(WebConfiguration.class);
    } else {
      chosen.add(ClosedPortConfiguration.class);
    }
    if (roles.contains(Role.REPAIR)) {
      chosen.add(GarbageConfiguration.class);
      chosen.add(GaugesConfiguration.class);
      chosen.add(RepairConfiguration.class);
      chosen.add(VerdictConfiguration.class);
    }
    return chosen.stream().map(Class::getName).toArray(String[]::new);
  }
}
