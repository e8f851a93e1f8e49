/**
 * Uploads: single, and in chunks that may come in any order through any gateway. An upload ends as
 * a committed file or is collected; nothing partial is ever visible. May import {@code object},
 * {@code metadata}, {@code token} and the words of {@code mas-common}.
 */
@NullMarked
package io.mas.api.upload;

import org.jspecify.annotations.NullMarked;
