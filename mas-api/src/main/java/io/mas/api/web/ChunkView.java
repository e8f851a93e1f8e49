package io.mas.api.web;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * What {@code chuck} answers.
 *
 * @param speed how many chunks are stored so far
 * @param status always {@code success}
 */
@JsonPropertyOrder({"speed", "status"})
record ChunkView(int speed, String status) {}
