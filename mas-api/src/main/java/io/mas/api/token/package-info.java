/**
 * Temporary tokens: each good for one hash and one action, sliding, bounded and revocable. A
 * request without a valid token never succeeds, and the text of a token is never logged or kept.
 * May import the words of {@code mas-common}; knows no other room.
 */
@NullMarked
package io.mas.api.token;

import org.jspecify.annotations.NullMarked;
