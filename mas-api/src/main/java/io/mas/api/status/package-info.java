/**
 * What operators are told: how the nodes are, how many more may fail, what the repair and the
 * collection have before them, and where a file's shards are. Every answer is bounded in time and
 * size, says so where it is only a lower bound, and changes nothing; only a word of an operator
 * does. May import {@code object}, {@code nodes}, {@code metadata} and the words of {@code
 * mas-common}.
 */
@NullMarked
package io.mas.api.status;

import org.jspecify.annotations.NullMarked;
