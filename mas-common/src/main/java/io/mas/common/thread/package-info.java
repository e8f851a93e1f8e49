/** What every process of MAS does with the JDK's threads. Imports nothing of MAS. */
@NullMarked
package io.mas.common.thread;

import org.jspecify.annotations.NullMarked;
