package io.mas.api.nodes;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a node.
 *
 * @param announcement the last one accepted
 * @param heard when there was last a sign of life, Unix milliseconds; 0 if it is known only from
 *     what was saved
 * @param saved when its document was last written, Unix milliseconds; 0 if not by this gateway
 * @param access how the last request or probe went
 * @param replaces see {@link NodeDocument}
 * @param lost the verdict on it that is saved
 */
record KnownNode(
    NodeAnnouncement announcement,
    long heard,
    long saved,
    Access access,
    List<String> replaces,
    @Nullable Lost lost) {

  /** How the last request or probe of a node went. */
  enum Access {
    /** It does what it is asked. */
    SERVES,
    /** It answers that it does not trust or understand this gateway: a sign of life. */
    REFUSES,
    /** It does not answer, or not as the node that was meant. */
    FAILS
  }

  /** A node of which only the document was seen: it has yet to show that it lives. */
  static KnownNode saved(NodeDocument document) {
    return new KnownNode(
        document.announcement(), 0, 0, Access.FAILS, document.replaces(), document.lost());
  }

  String id() {
    return announcement.identity().nodeId();
  }

  Member member() {
    return Member.of(announcement);
  }

  boolean sameLife(NodeIdentity identity) {
    return announcement.identity().equals(identity);
  }

  /** Whether it may be the new volume of the other, whose address it has. */
  boolean inPlaceOf(KnownNode former) {
    return replaces.contains(former.id())
        && announcement.address().equals(former.announcement.address());
  }

  boolean suspect() {
    return access == Access.FAILS || lost != null;
  }

  boolean serves() {
    return access == Access.SERVES && lost == null;
  }

  /** Whether it is lost, and nothing depends on it any more. */
  boolean forgotten() {
    return lost != null && lost.progress() == Progress.RESTORED;
  }

  /**
   * Whether it may return with what only it knows. Not if its volume is known to be gone: what
   * waited for that would wait for ever where garbage, which waits too, still names the node.
   */
  boolean waitedFor() {
    return lost == null || (lost.cause() == Cause.UNREACHABLE && !forgotten());
  }

  /** Whether the node must be asked whether it lives. */
  boolean doubtful(long now, long silentAfter) {
    return access != Access.SERVES || lost != null || apart(now, heard) > silentAfter;
  }

  /** Whether its document was last written so long ago. */
  boolean savedBefore(long now, long millis) {
    return apart(now, saved) >= millis;
  }

  /** A clock that was set back must not make a node look alive, or saved, for hours. */
  private static long apart(long now, long then) {
    return Math.abs(now - then);
  }

  /**
   * After an announcement: unchanged by one of another life, or a late one.
   *
   * @param answered whether the node itself has said so in answer to a probe; only that gives it
   *     access again, since a node whose requests fail may go on announcing itself
   */
  KnownNode hears(NodeAnnouncement news, long now, boolean answered) {
    if (!sameLife(news.identity()) || news.sequence() < announcement.sequence()) {
      return this;
    }
    boolean serves = answered || heard == 0;
    return new KnownNode(news, now, saved, serves ? Access.SERVES : access, replaces, lost);
  }

  /** After the document of this life was read. */
  KnownNode learns(NodeDocument document) {
    NodeAnnouncement news = document.announcement();
    boolean later = news.sequence() > announcement.sequence();
    return new KnownNode(
        later ? news : announcement, heard, saved, access, document.replaces(), document.lost());
  }

  KnownNode savedAt(long time) {
    return new KnownNode(announcement, heard, time, access, replaces, lost);
  }

  /** After a failure; a refusal is a sign of life. */
  KnownNode lowered(Access to, long now) {
    long last = to == Access.REFUSES ? now : heard;
    return new KnownNode(announcement, last, saved, to, replaces, lost);
  }

  NodeView.Standing standing() {
    return new NodeView.Standing(
        member(), announcement, heard, suspect(), serves(), lost != null, forgotten());
  }
}
