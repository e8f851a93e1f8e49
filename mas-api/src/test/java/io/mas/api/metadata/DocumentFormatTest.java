package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.PartId;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.dataformat.cbor.CBORMapper;

class DocumentFormatTest {
  private static final int TIMES = 200;

  private final RandomDocuments random = new RandomDocuments();
  private final CBORMapper cbor = new CBORMapper();

  @Test
  void everyDocumentComesBackFromItsStoredForm() {
    assertRoundTrip(random::file, DocumentFormat::fields, DocumentFormat::file);
    assertRoundTrip(random::extent, DocumentFormat::fields, DocumentFormat::extent);
    assertRoundTrip(random::upload, DocumentFormat::fields, DocumentFormat::upload);
    assertRoundTrip(random::chunk, DocumentFormat::fields, DocumentFormat::chunk);
    assertRoundTrip(random::garbage, DocumentFormat::fields, DocumentFormat::garbage);
    assertRoundTrip(random::node, DocumentFormat::fields, DocumentFormat::node);
    assertRoundTrip(random::process, DocumentFormat::fields, DocumentFormat::process);
  }

  private <D> void assertRoundTrip(
      Supplier<D> document,
      Function<D, Map<String, Object>> write,
      BiFunction<Object, Map<?, ?>, D> read) {
    for (int i = 0; i < TIMES; i++) {
      D one = document.get();
      byte[] stored = cbor.writeValueAsBytes(write.apply(one));
      assertThat(read.apply("one", cbor.readValue(stored, Map.class))).isEqualTo(one);
    }
  }

  @Test
  void theFormatNumberIsTheFirstField() {
    for (Map<String, Object> fields :
        List.of(
            DocumentFormat.fields(random.file()),
            DocumentFormat.fields(random.extent()),
            DocumentFormat.fields(random.upload()),
            DocumentFormat.fields(random.chunk()),
            DocumentFormat.fields(random.garbage()),
            DocumentFormat.fields(random.sweep()),
            DocumentFormat.fields(random.node()))) {
      assertThat(fields.entrySet().iterator().next()).isEqualTo(Map.entry("v", 1));
      // CBOR: a map, then the text "v", then the number 1.
      String start = HexFormat.of().formatHex(cbor.writeValueAsBytes(fields), 1, 4);
      assertThat(start).isEqualTo("617601");
    }
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(longs = {0, 2, -1, 4_294_967_297L})
  void anUnknownFormatNumberIsRefused(@Nullable Long format) {
    Map<String, Object> fields = new HashMap<>(DocumentFormat.fields(random.file()));
    fields.remove("v");
    if (format != null) {
      fields.put("v", format);
    }
    assertUnreadable(fields, "document files/x has format " + format + ", this version of MAS");
  }

  @Test
  void aFieldOfAnotherTypeIsRefusedAndNamed() {
    for (String field : List.of("hash", "version", "state", "size", "name", "time", "parts")) {
      Map<String, Object> fields = new HashMap<>(DocumentFormat.fields(random.file()));
      fields.put(field, List.of());
      assertUnreadable(fields, "document files/x is damaged: field '" + field + "'");
    }
  }

  @Test
  void aTableWithPartOfARowIsRefused() {
    Map<String, Object> fields = new HashMap<>(DocumentFormat.fields(random.file()));
    fields.put("parts", new byte[25]);
    assertUnreadable(fields, "table of parts has 25 bytes, expected a multiple of 24");
  }

  private static void assertUnreadable(Map<String, Object> fields, String message) {
    assertThatThrownBy(() -> DocumentFormat.file("files/x", fields))
        .isInstanceOfSatisfying(
            MasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.METADATA_UNREACHABLE))
        .hasMessageContaining(message);
  }

  /** Written before nodes could be suspected, or lost, and processes observe. */
  @Test
  void nodesAndProcessesOfOldAreReadAsUnsuspectedAndNoObservers() {
    NodeDocument node = random.node();
    Map<String, Object> fields = new HashMap<>(DocumentFormat.fields(node));
    List.of("replaces", "suspicions", "lost_since", "lost_cause", "lost_progress")
        .forEach(fields::remove);
    assertThat(DocumentFormat.node("nodes/x", fields))
        .isEqualTo(new NodeDocument(1, node.announcement()));
    ProcessDocument process = random.process();
    fields = new HashMap<>(DocumentFormat.fields(process));
    List.of("observes", "held", "unanswered").forEach(fields::remove);
    assertThat(DocumentFormat.process("processes/x", fields))
        .isEqualTo(
            new ProcessDocument(
                process.id(),
                process.seen(),
                process.repairs(),
                process.repaired(),
                process.repairedBytes(),
                process.lately()));
  }

  // The tables, byte for byte: they are format.

  @Test
  void aRowOfPartsIsLengthAndId() {
    byte[] packed =
        PackedTables.parts(
            List.of(new FileDocument.Part(0x0102030405060708L, new PartId(0x11L, -2L))));
    assertThat(HexFormat.of().formatHex(packed))
        .isEqualTo("0102030405060708" + "0000000000000011" + "fffffffffffffffe");
  }

  @Test
  void aRowOfBlocksIsLengthsCompressionAndChecksum() {
    byte[] packed =
        PackedTables.blocks(
            List.of(
                new BlockEntry(0x100000, 0xabcde, Compression.ZSTD, 0xdeadbeef),
                new BlockEntry(1, 1, Compression.RAW, 2)));
    assertThat(HexFormat.of().formatHex(packed))
        .isEqualTo(
            "00100000"
                + "000abcde"
                + "01"
                + "deadbeef"
                + "00000001"
                + "00000001"
                + "00"
                + "00000002");
  }

  @Test
  void tenThousandPartsTake24BytesEach() {
    FileDocument file = random.file(random.hash(), 1, FileDocument.MAX_PARTS);
    assertThat(PackedTables.parts(file.parts())).hasSize(240_000);
    assertThat(PackedTables.parts(PackedTables.parts(file.parts()))).isEqualTo(file.parts());
  }
}
