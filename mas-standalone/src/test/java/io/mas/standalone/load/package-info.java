/**
 * A mixed load of many clients on several gateways, and the checker that judges every answer: no
 * acknowledged file is lost, no wrong byte comes, nothing fails but what an outage excuses. Speaks
 * the public API only; may import the clients of {@code io.mas.standalone}.
 */
@NullMarked
package io.mas.standalone.load;

import org.jspecify.annotations.NullMarked;
