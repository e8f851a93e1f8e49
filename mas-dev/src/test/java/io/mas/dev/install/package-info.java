@NullMarked
package io.mas.dev.install;

import org.jspecify.annotations.NullMarked;
