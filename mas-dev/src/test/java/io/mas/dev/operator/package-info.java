@NullMarked
package io.mas.dev.operator;

import org.jspecify.annotations.NullMarked;
