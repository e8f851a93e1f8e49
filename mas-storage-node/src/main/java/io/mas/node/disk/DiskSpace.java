package io.mas.node.disk;

/**
 * The space of a volume.
 *
 * @param capacityBytes size of the file system
 * @param freeBytes what this process may still use of it
 */
public record DiskSpace(long capacityBytes, long freeBytes) {}
