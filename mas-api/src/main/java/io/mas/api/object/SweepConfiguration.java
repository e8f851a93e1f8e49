package io.mas.api.object;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what the room does in the background, in processes of the repair role. */
@Configuration(proxyBeanMethods = false)
public class SweepConfiguration {

  @Bean
  GarbageSweep garbageSweep(ObjectRoom room) {
    GarbageSweep sweep = room.sweep();
    sweep.start();
    return sweep;
  }
}
