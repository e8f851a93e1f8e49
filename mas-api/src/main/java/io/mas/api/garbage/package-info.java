/**
 * The collection at scale: what the nodes hold is compared with the metadata, and the metadata with
 * the files, slowly and in the background of the repair role. It finds what crashes have left, and
 * stops by itself where it would delete unusually much; nothing is deleted but by the protocol of
 * design.md, section 3, and ADR 15. May import {@code object}, {@code metadata}, {@code nodes} and
 * the words of {@code mas-common}.
 */
@NullMarked
package io.mas.api.garbage;

import org.jspecify.annotations.NullMarked;
