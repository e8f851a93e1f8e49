package io.mas.api;

import io.mas.api.block.BlockConfiguration;
import io.mas.api.nodes.NodesConfiguration;
import io.mas.api.object.ObjectConfiguration;
import io.mas.api.upload.UploadConfiguration;
import io.mas.api.web.WebConfiguration;
import java.util.Map;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** What a gateway is made of: one configuration for each room. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({
  BlockConfiguration.class,
  NodesConfiguration.class,
  ObjectConfiguration.class,
  UploadConfiguration.class,
  WebConfiguration.class
})
public class GatewayApplication {

  /** Starts a gateway that runs until its process is told to stop. */
  public static void main(String[] arguments) {
    Gateway.application(Map.of()).run(arguments);
  }
}
