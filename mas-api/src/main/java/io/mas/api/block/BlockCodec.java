package io.mas.api.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.mas.api.erasure.ErasureCode;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.Layout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compresses before coding (parity does not compress), codes, and checks. Every method is CPU-heavy
 * and meant for {@link CpuPool}; thread-safe.
 */
public final class BlockCodec {
  /** Fast enough to keep up with a disk ({@code codec.md}, section 4). */
  private static final int LEVEL = 1;

  /** Level of the probe: sees what is incompressible at a tenth of the cost. */
  private static final int PROBE_LEVEL = -5;

  private static final int PROBES = 4;
  private static final int PROBE_BYTES = 16 << 10;

  /** A probe that shrinks less than this is taken for incompressible. */
  private static final double PROBE_RATIO = 0.95;

  /** A block is stored compressed only if that saves at least a tenth. */
  private static final double STORED_RATIO = 0.9;

  private static final ThreadLocal<Contexts> CONTEXTS = ThreadLocal.withInitial(Contexts::new);

  private final ConcurrentHashMap<Layout, ErasureCode> codes = new ConcurrentHashMap<>();

  /** zstd's working memory, one set for each thread of the CPU pool. */
  private static final class Contexts {
    final ZstdCompressCtx compress = new ZstdCompressCtx().setLevel(LEVEL).setChecksum(false);
    final ZstdCompressCtx probe = new ZstdCompressCtx().setLevel(PROBE_LEVEL).setChecksum(false);
    final ZstdDecompressCtx decompress = new ZstdDecompressCtx();
    final ByteBuffer sample =
        ByteBuffer.allocateDirect((int) Zstd.compressBound((long) PROBES * PROBE_BYTES));
  }

  /** Codes the {@code rawLength} bytes at the front of {@code buffer}. */
  public EncodedBlock encode(BlockBuffer buffer, int rawLength) {
    Layout layout = buffer.layout();
    int crc = Checksum.crc32c(buffer.raw().asSlice(0, rawLength));
    int packed = compress(buffer, rawLength);
    BlockEntry entry =
        packed < 0
            ? new BlockEntry(rawLength, rawLength, Compression.RAW, crc)
            : new BlockEntry(rawLength, packed, Compression.ZSTD, crc);
    MemorySegment stored = packed < 0 ? buffer.raw() : buffer.other();
    int length = layout.shardLength(entry.storedLength());
    MemorySegment[] shards = new MemorySegment[layout.width()];
    for (int i = 0; i < shards.length; i++) {
      shards[i] =
          i < layout.k()
              ? stored.asSlice((long) i * length, length)
              : buffer.parity(i - layout.k(), length);
    }
    clearPadding(layout, entry, stored);
    code(layout).encode(shards, length);
    return summed(entry, IntStream.range(0, shards.length).boxed(), i -> shards[i]);
  }

  /**
   * Where a reader puts shard {@code index} of a block before {@link #decode}: data shards lie side
   * by side, so that together they are the stored block.
   */
  public static MemorySegment shardOf(BlockBuffer buffer, BlockEntry entry, int index) {
    return buffer.shard(index, buffer.layout().shardLength(entry.storedLength()));
  }

  /**
   * Rebuilds the raw block from k of its shards.
   *
   * @param present which shards are in their place in {@code buffer}, verified
   * @return the raw block, in {@code buffer}
   * @throws MasException DECOMPRESSION_FAILED if the block does not match its checksum all the same
   */
  public MemorySegment decode(BlockBuffer buffer, BlockEntry entry, boolean[] present) {
    MemorySegment stored = join(buffer, entry, present);
    MemorySegment raw =
        switch (entry.compression()) {
          case RAW -> stored;
          case ZSTD -> decompress(stored, buffer.other().asSlice(0, entry.rawLength()));
        };
    if (Checksum.crc32c(raw) != entry.crc()) {
      throw new MasException(
          ErrorCode.DECOMPRESSION_FAILED, "a block does not match its checksum after decoding");
    }
    return raw;
  }

  /**
   * Rebuilds the stored block from k of its shards; whether it is right is not looked at.
   *
   * @param present which shards are in their place in {@code buffer}, verified
   * @return the stored block, in {@code buffer}
   */
  public MemorySegment join(BlockBuffer buffer, BlockEntry entry, boolean[] present) {
    Layout layout = buffer.layout();
    int length = layout.shardLength(entry.storedLength());
    rebuild(buffer, layout, length, present, i -> i < layout.k());
    return buffer.shard(0, layout.k() * length).asSlice(0, entry.storedLength());
  }

  /**
   * Codes some shards of the stored block that {@link #decode} has left in {@code buffer}. They are
   * byte for byte those of the first time: it is not compressed again.
   *
   * @param wanted their numbers
   */
  public EncodedBlock encodeAgain(BlockBuffer buffer, BlockEntry entry, Set<Integer> wanted) {
    Layout layout = buffer.layout();
    int length = layout.shardLength(entry.storedLength());
    clearPadding(layout, entry, buffer.shard(0, layout.k() * length)); // no checksum covers it
    boolean[] present = new boolean[layout.width()];
    Arrays.fill(present, 0, layout.k(), true);
    rebuild(buffer, layout, length, present, wanted::contains);
    return summed(entry, wanted.stream(), i -> buffer.shard(i, length));
  }

  private static EncodedBlock summed(
      BlockEntry entry, Stream<Integer> numbers, IntFunction<MemorySegment> shards) {
    return new EncodedBlock(
        entry,
        numbers.collect(
            Collectors.toMap(
                i -> i,
                i -> new EncodedBlock.Shard(shards.apply(i), Checksum.crc32c(shards.apply(i))))));
  }

  private static void clearPadding(Layout layout, BlockEntry entry, MemorySegment stored) {
    long padded = (long) layout.k() * layout.shardLength(entry.storedLength());
    stored.asSlice(entry.storedLength(), padded - entry.storedLength()).fill((byte) 0);
  }

  /** Rebuilds the shards that are wanted and not present. */
  private void rebuild(
      BlockBuffer buffer, Layout layout, int length, boolean[] present, IntPredicate needed) {
    boolean[] wanted = new boolean[layout.width()];
    boolean lost = false;
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = needed.test(i) && !present[i];
      lost |= wanted[i];
    }
    if (lost) {
      MemorySegment[] shards = new MemorySegment[layout.width()];
      for (int i = 0; i < shards.length; i++) {
        shards[i] = buffer.shard(i, length);
      }
      code(layout).reconstruct(shards, present, wanted, length);
    }
  }

  private ErasureCode code(Layout layout) {
    return codes.computeIfAbsent(layout, ErasureCode::of);
  }

  /** Compresses into the other form; returns its length, or -1 if the block is to stay raw. */
  private static int compress(BlockBuffer buffer, int rawLength) {
    Contexts contexts = CONTEXTS.get();
    ByteBuffer raw = buffer.raw().asSlice(0, rawLength).asByteBuffer();
    int limit = (int) (rawLength * STORED_RATIO);
    if (limit == 0 || !promising(contexts, raw)) {
      return -1;
    }
    try {
      return contexts.compress.compressDirectByteBuffer(
          buffer.other().asByteBuffer(), 0, limit, raw, 0, rawLength);
    } catch (ZstdException e) {
      if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
        return -1; // it would save less than a tenth
      }
      throw new MasException(
          ErrorCode.COMPRESSION_FAILED, "zstd failed on a block of " + rawLength + " bytes", e);
    }
  }

  /** Whether samples spread over the block shrink; always true for a block that is no larger. */
  private static boolean promising(Contexts contexts, ByteBuffer raw) {
    int length = raw.capacity();
    if (length <= PROBES * PROBE_BYTES) {
      return true;
    }
    int stride = (length - PROBE_BYTES) / (PROBES - 1);
    long total = 0;
    for (int i = 0; i < PROBES; i++) {
      total +=
          contexts.probe.compressDirectByteBuffer(
              contexts.sample, 0, contexts.sample.capacity(), raw, i * stride, PROBE_BYTES);
    }
    return total < PROBE_RATIO * PROBES * PROBE_BYTES;
  }

  private static MemorySegment decompress(MemorySegment stored, MemorySegment raw) {
    try {
      int length =
          CONTEXTS
              .get()
              .decompress
              .decompressDirectByteBuffer(
                  raw.asByteBuffer(),
                  0,
                  (int) raw.byteSize(),
                  stored.asByteBuffer(),
                  0,
                  (int) stored.byteSize());
      if (length != raw.byteSize()) {
        throw new MasException(
            ErrorCode.DECOMPRESSION_FAILED,
            "a block has %d bytes, expected %d".formatted(length, raw.byteSize()));
      }
      return raw;
    } catch (ZstdException e) {
      throw new MasException(ErrorCode.DECOMPRESSION_FAILED, "zstd refuses a stored block", e);
    }
  }
}
