/**
 * The metadata of files: documents, and the narrow seam to the database that keeps them. Only the
 * atomicity of a single document is relied on, no version ever falls, and an unknown format number
 * is refused. May import the words of {@code mas-common}; knows no other room.
 */
@NullMarked
package io.mas.api.metadata;

import org.jspecify.annotations.NullMarked;
