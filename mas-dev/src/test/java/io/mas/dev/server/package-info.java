/** The servers as they are on this machine. */
@NullMarked
package io.mas.dev.server;

import org.jspecify.annotations.NullMarked;
