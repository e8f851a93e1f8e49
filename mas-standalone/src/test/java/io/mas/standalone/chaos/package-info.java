/**
 * A cluster of real processes with a proxy on every link, a nemesis that breaks it from a seed, and
 * the load whose checker says whether a promise was broken. Nothing is judged here: what happens is
 * told to the load's {@code Outages}, and the load judges. May import {@code io.mas.standalone} and
 * {@code io.mas.standalone.load}.
 */
@NullMarked
package io.mas.standalone.chaos;

import org.jspecify.annotations.NullMarked;
