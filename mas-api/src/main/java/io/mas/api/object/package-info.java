/**
 * Files as stored content: writing parts, committing, reading, deleting, collecting. A file is
 * absent or complete, an acknowledged one is on k+m shards that were fsynced, and nothing is
 * deleted without the proof of design.md, section 3. May import {@code metadata}, {@code nodes},
 * {@code block} and the words of {@code mas-common}.
 */
@NullMarked
package io.mas.api.object;

import org.jspecify.annotations.NullMarked;
