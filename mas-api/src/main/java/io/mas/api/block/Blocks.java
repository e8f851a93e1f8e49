package io.mas.api.block;

/**
 * What it takes to work on blocks.
 *
 * @param buffers the memory
 * @param cpu the threads
 * @param codec the work
 */
public record Blocks(BufferPool buffers, CpuPool cpu, BlockCodec codec) {}
