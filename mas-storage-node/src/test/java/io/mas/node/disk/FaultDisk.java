package io.mas.node.disk;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that can fail. It knows what was forced; a {@link #crash} keeps that, and any
 * subset of what was not, sector by sector. Every change is an operation with a number from 1 on; a
 * {@link Fault} may meet any of them. After a failed force the bytes stay readable and are never
 * written, as on Linux.
 */
public final class FaultDisk implements Disk {
  /** The power goes: this operation and all after it do not happen. */
  public static final class PowerLoss extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** What a change does. */
  public enum Kind {
    CREATE,
    WRITE,
    TRUNCATE,
    FORCE,
    RENAME,
    DELETE,
    DIRECTORY,
    FORCE_DIRECTORY
  }

  /** Decides what becomes of an operation. */
  @FunctionalInterface
  public interface Fault {
    /** Does nothing, or throws: a write is then half done. */
    void meet(int number, Kind kind, String path) throws IOException;
  }

  private static final long CAPACITY = 1L << 40;

  private final Map<String, FaultFile.Inode> names = new TreeMap<>();
  private final Map<String, FaultFile.Inode> forcedNames = new TreeMap<>();
  private final List<NameChange> pending = new ArrayList<>();
  private Fault fault = (_, _, _) -> {};
  private long free = CAPACITY / 2;
  private int mostNames = Integer.MAX_VALUE;
  private int operations;
  private boolean forceIsALie;
  private @Nullable String unreadablePath;
  private long unreadableAt;
  private boolean readOnly;
  private Predicate<String> unopenable = _ -> false;

  /** A name that goes, a name that comes, and of what. */
  private record NameChange(@Nullable String gone, @Nullable String come, FaultFile.Inode inode) {
    void applyTo(Map<String, FaultFile.Inode> map) {
      if (gone != null) {
        map.remove(gone, inode);
      }
      if (come != null) {
        map.put(come, inode);
      }
    }

    boolean touches(String directory) {
      return (gone != null && parent(gone).equals(directory))
          || (come != null && parent(come).equals(directory));
    }
  }

  /** From now on every operation meets this. */
  public synchronized void onEach(Fault newFault) {
    fault = newFault;
  }

  /** The power goes after operation {@code number}. */
  public void losePowerAfter(int number) {
    onEach(
        (n, _, _) -> {
          if (n > number) {
            throw new PowerLoss();
          }
        });
  }

  /** Negative control: from now on a force does nothing, and says that it did. */
  public synchronized void lieAboutForces() {
    forceIsALie = true;
  }

  /** From now on nothing can be changed, as when the kernel has made a file system read-only. */
  public synchronized void makeReadOnly() {
    readOnly = true;
    onEach((_, _, path) -> requireWritable(path));
  }

  private void requireWritable(String path) throws ReadOnlyDiskException {
    if (readOnly) {
      throw new ReadOnlyDiskException("Read-only file system: " + path, new IOException());
    }
  }

  @Override
  public synchronized @Nullable DiskFile openPastCache(String path) throws IOException {
    return openToRead(path);
  }

  /** From now on these files are there and cannot be opened. */
  public synchronized void failOpens(Predicate<String> paths) {
    unopenable = paths;
  }

  /** From now on no read of this file that touches this byte succeeds. */
  public synchronized void makeUnreadable(String path, long at) {
    unreadablePath = path;
    unreadableAt = at;
  }

  void reading(String path, long from, long to) throws IOException {
    if (path.equals(unreadablePath) && from <= unreadableAt && unreadableAt < to) {
      throw new IOException("Input/output error: " + path);
    }
  }

  public synchronized void setFree(long bytes) {
    free = bytes;
  }

  /** From now on no file or directory can be made beyond those that are there: no inode is free. */
  public synchronized void takeFreeInodes() {
    mostNames = names.size();
  }

  private void requireInode(String path) throws DiskFullException {
    if (names.size() >= mostNames) {
      throw new DiskFullException("No space left on device: " + path);
    }
  }

  /** How many operations there were. */
  public synchronized int operations() {
    return operations;
  }

  /** The paths of all files. */
  public synchronized List<String> files() {
    return names.entrySet().stream()
        .filter(e -> !e.getValue().directory)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The bytes of a file. */
  public synchronized byte[] bytes(String path) {
    return existing(path).current.clone();
  }

  /** Puts other bytes into a file, as if they had always been there. */
  public synchronized void rot(String path, byte[] bytes) {
    existing(path).become(bytes);
  }

  private FaultFile.Inode existing(String path) {
    FaultFile.Inode inode = names.get(path);
    if (inode == null) {
      throw new AssertionError("no file " + path);
    }
    return inode;
  }

  /** The disk after the power came back: a new one, without faults, with all bytes forced. */
  public synchronized FaultDisk crash(Random random) {
    Map<String, FaultFile.Inode> survived = new TreeMap<>(forcedNames);
    double chance = random.nextInt(3) / 2.0; // none, some, or all of what was not forced
    for (NameChange change : pending) {
      if (random.nextDouble() < chance) {
        change.applyTo(survived);
      }
    }
    FaultDisk after = new FaultDisk();
    Map<FaultFile.Inode, FaultFile.Inode> copies = new HashMap<>();
    survived.forEach(
        (path, inode) -> {
          if (parent(path).isEmpty() || after.names.containsKey(parent(path))) {
            after.names.put(path, copies.computeIfAbsent(inode, i -> i.afterCrash(random, chance)));
          }
        });
    after.forcedNames.putAll(after.names);
    return after;
  }

  synchronized void operation(Kind kind, String path) throws IOException {
    operations++;
    fault.meet(operations, kind, path);
  }

  private void change(NameChange change) {
    change.applyTo(names);
    pending.add(change);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private void requireDirectory(String path) throws NoSuchFileException {
    FaultFile.Inode inode = names.get(path);
    if (!path.isEmpty() && (inode == null || !inode.directory)) {
      throw new NoSuchFileException(path);
    }
  }

  @Override
  public synchronized @Nullable DiskFile open(String path) throws IOException {
    requireWritable(path);
    return openToRead(path);
  }

  @Override
  public synchronized @Nullable DiskFile openToRead(String path) throws IOException {
    if (unopenable.test(path)) {
      throw new IOException("Structure needs cleaning: " + path);
    }
    FaultFile.Inode inode = names.get(path);
    return inode == null ? null : new FaultFile(this, path, inode);
  }

  @Override
  public synchronized DiskFile create(String path) throws IOException {
    operation(Kind.CREATE, path);
    requireDirectory(parent(path));
    requireInode(path);
    if (names.containsKey(path)) {
      throw new FileAlreadyExistsException(path);
    }
    FaultFile.Inode inode = new FaultFile.Inode(false);
    change(new NameChange(null, path, inode));
    return new FaultFile(this, path, inode);
  }

  @Override
  public synchronized void createDirectory(String path) throws IOException {
    if (!names.containsKey(path)) {
      operation(Kind.DIRECTORY, path);
      requireDirectory(parent(path));
      requireInode(path);
      change(new NameChange(null, path, new FaultFile.Inode(true)));
    }
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    operation(Kind.RENAME, to);
    requireDirectory(parent(to));
    change(new NameChange(from, to, existing(from)));
  }

  @Override
  public synchronized boolean delete(String path) throws IOException {
    FaultFile.Inode inode = names.get(path);
    if (inode == null) {
      return false;
    }
    operation(Kind.DELETE, path);
    change(new NameChange(path, null, inode));
    return true;
  }

  @Override
  public synchronized void forceDirectory(String path) throws IOException {
    operation(Kind.FORCE_DIRECTORY, path);
    requireDirectory(path);
    if (!forceIsALie) {
      pending.stream().filter(c -> c.touches(path)).forEach(c -> c.applyTo(forcedNames));
      pending.removeIf(c -> c.touches(path));
    }
  }

  @Override
  public synchronized List<String> list(String directory) {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    return names.keySet().stream()
        .filter(name -> parent(name).equals(directory) && name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .sorted()
        .toList();
  }

  @Override
  public synchronized DiskSpace space() {
    return new DiskSpace(CAPACITY, free);
  }

  boolean liesAboutForces() {
    return forceIsALie;
  }
}
