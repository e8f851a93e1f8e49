@NullMarked
package io.mas.api.status;

import org.jspecify.annotations.NullMarked;
