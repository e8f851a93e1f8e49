/**
 * The gateway as a process: what it is made of, and how it is started and stopped, alone or in a
 * process with others. Imports the configuration of every room, and nothing else of them.
 */
@NullMarked
package io.mas.api;

import org.jspecify.annotations.NullMarked;
