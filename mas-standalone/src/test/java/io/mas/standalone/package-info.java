/**
 * Tests of the whole store: one process, real sockets and disks. Each asserts what a client sees,
 * never what a room does inside. May import everything.
 */
@NullMarked
package io.mas.standalone;

import org.jspecify.annotations.NullMarked;
