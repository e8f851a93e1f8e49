/** Tests of the upload room, and of the commit protocol that it shares with the object room. */
@NullMarked
package io.mas.api.upload;

import org.jspecify.annotations.NullMarked;
