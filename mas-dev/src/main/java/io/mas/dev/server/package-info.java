/**
 * The servers that a cluster needs, as processes of this machine: started on free ports and in a
 * directory of their own, stopped, killed, paused and resumed, each by its pid. Imports nothing of
 * MAS.
 */
@NullMarked
package io.mas.dev.server;

import org.jspecify.annotations.NullMarked;
