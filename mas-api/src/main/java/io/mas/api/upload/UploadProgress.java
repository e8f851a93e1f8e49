package io.mas.api.upload;

import io.mas.api.object.FileInfo;

/**
 * What {@code init} answers.
 *
 * @param file the file; its persistence is true if it is already stored and nothing need be sent
 * @param chunks ranges of the chunks already stored, such as {@code 1-14,17}; "" for none
 * @param chunkMaxSize the most bytes a chunk may have
 * @param expires Unix seconds; when the upload is given up if no further chunk comes
 */
public record UploadProgress(FileInfo file, String chunks, long chunkMaxSize, long expires) {}
