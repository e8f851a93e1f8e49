/** Tests of the public HTTP API. */
@NullMarked
package io.mas.api.web;

import org.jspecify.annotations.NullMarked;
