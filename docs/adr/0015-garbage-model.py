#!/usr/bin/env python3
"""Exhaustive interleavings of MAS's commit and collection protocol for one hash (design.md, section 3).

Every step is one atomic operation on one document; the extent documents of one part, which carry its mark, count as one.
Any process may stop for ever between two steps; leases may run out at any time; a commit may be applied and its answer lost.
Checked in every reachable state: a live file names no part whose shards have been deleted.
`commit_model.py VARIANT` runs a protocol with one rule left out, which must fail.

Commit:  single   read the version; store the part; compare-and-set the file on that version.
         finish   (lease, only against double work;) read the version; read every part back, none may be marked;
                  compare-and-set the file on that version.
Collect: mark the parts, for good; read the file: a part that it names is left alone; raise the version by compare-and-set
         on the one read; delete. Without all that only a part that was never listed and whose commit certainly lost.

Restore: the metadata become those of a backup, once, while nobody is in the middle of something (workers are stopped for it);
         the shards and the commit records of the nodes stay. Checked: what a COMMITTED record knows more of than the metadata
         did then is not deleted before the file is stored again or deleted by a user. Without S, whose parts are never listed.

Variants: not-seized, no-fence, no-mark, fence-first, named-unchecked, version-after-verify, version-read-late, lost-is-not-mine;
          restore (right), and records-unasked, records-after-fence with it
"""
import sys

VARIANT = sys.argv[1] if len(sys.argv) > 1 else "right"
V = lambda name: VARIANT == name
END = 99
# (file, upload, chunks, replaceable, stored, marked, deleted, columns, documents, records, guarded, processes)
# file: (version, 'A'bsent | 'L'ive | 'D'eleted, parts); upload: ('O'pen | 'F'inishing | 'C'ommitted | 'X' aborted, lease owner)
RESTORE = VARIANT in ('restore', 'records-unasked', 'records-after-fence')
PROCS = ('K', 'F1', 'F2', 'D', 'GA', 'GO', 'GU', 'B') if RESTORE else ('S', 'K', 'F1', 'F2', 'R', 'D', 'GA', 'GU')
NO = frozenset()
INIT = ((0, 'A', ()), ('O', None), ('c1', None), False, frozenset(['c1']), NO, NO, NO, NO, NO, NO, tuple((n, 0, None) for n in PROCS))
GOOD = (('c1', 'c2'), ('c1', 'r2'))  # contents that match the hash: r2 has c2's bytes again


def step(state, i):
    file, up, chunks, repl, stored, mark, gone, cols, docs, recs, guard, procs = state
    name, pc, loc = procs[i]
    ver, st, parts = file

    def out(npc, nloc=None, file=file, up=up, chunks=chunks, repl=repl, stored=stored, mark=mark, gone=gone, cols=cols, docs=docs, recs=recs, guard=guard, procs=procs):
        return (file, up, chunks, repl, stored, mark, gone, cols, docs, recs, guard, procs[:i] + ((name, npc, nloc),) + procs[i + 1:])

    def protected(version):  # by a COMMITTED record that is newer, and that no newer DELETED one releases
        known = max([version] + [v for v, kind, _ in recs if kind == 'D'])
        return frozenset(p for v, kind, ps in recs if kind == 'C' and v > known for p in ps)

    def named(ps):
        return frozenset(p for p in ps if st == 'L' and p in parts)

    if 50 <= pc < 60:  # collect: loc is (what to delete, version)
        ps, v = loc
        if pc == 50:  # ask the commit records, then mark
            if RESTORE and VARIANT == 'restore' and protected(ver):
                yield out(END)
            elif V('fence-first'):
                yield out(51, (ps, None))
            else:
                yield out(51, (ps, None), mark=mark if V('no-mark') else mark | ps)
        elif pc == 51:  # read the file; leave alone what it names
            keep = frozenset() if V('named-unchecked') else named(ps)
            rest = ps - keep
            yield out(52 if rest else END, (rest, ver) if rest else None)
        elif pc == 52:  # raise the version
            if V('no-fence'):
                yield out(53, (ps, v))
            elif ver != v:
                yield out(51, (ps, None))
            else:
                yield out(54 if V('fence-first') else 53, (ps, v), file=(ver + 1, 'D' if st == 'A' else st, parts))
        elif pc == 54:
            yield out(53, (ps, v), mark=mark | ps)
        elif pc == 53:
            if V('records-after-fence') and protected(ver):
                yield out(END)
                return
            yield out(60 if name == 'GU' and not V('not-seized') else END, gone=gone | ps)
    elif name == 'S':
        if pc == 0:
            yield out(1, None if V('version-read-late') else ver)
        elif pc == 1:
            yield out(2, loc, stored=stored | {'s'})
        elif pc in (2, 3):
            v = ver if loc is None else loc
            if ver == v and st != 'L':
                new = (ver + 1, 'L', ('s',))
                yield out(END, file=new)
                if pc == 2:
                    yield out(3, loc, file=new)  # applied, answer lost: sent again
            elif st == 'L' and 's' in parts and not V('lost-is-not-mine'):
                yield out(END)
            elif pc == 3 and not V('lost-is-not-mine'):
                yield out(END)  # outcome unknown: discard nothing
            else:
                yield out(END, gone=gone | {'s'})
    elif name == 'K':  # the client's second chunk; upload state and chunk document are two documents
        if pc == 0:
            yield out(5, cols=cols | {'c2'})
        elif pc == 5:  # never an upsert: refused where the collection has taken the document's place
            if 'c2' in docs:
                yield out(END)
            else:
                yield out(1, stored=stored | {'c2'}, docs=docs | {'c2'})
        elif pc == 1 and up[0] == 'O':
            yield out(2)
        elif pc == 2 and chunks[1] is None:
            yield out(END, chunks=(chunks[0], 'c2'))
        else:
            yield out(END, gone=gone | {'c2'})
    elif name == 'GU':  # found by inventory: shards without an extent document
        if pc == 0 and 'c2' in cols and 'c2' not in docs and 'c2' not in gone:
            if not (VARIANT == 'restore' and protected(ver)):  # asked before it seizes
                yield out(1)
        elif pc == 1:  # takes the document's place, marked from birth; else leaves it to the others
            if V('not-seized'):
                yield out(2) if 'c2' not in docs else out(END)
            elif 'c2' in docs:
                yield out(END)
            else:
                yield out(50, (frozenset(['c2']), None), docs=docs | {'c2'}, mark=mark | {'c2'})
        elif pc == 2:
            yield out(51, (frozenset(['c2']), None))
        elif pc == 60:  # the document goes last; a late writer may insert its own
            yield out(END, docs=docs - {'c2'}, mark=mark - {'c2'})
    elif name in ('F1', 'F2'):
        if pc == 0:
            if up[0] in 'OF':
                yield out(1, up=('F', name))
        elif pc == 1:
            if V('version-after-verify'):
                yield out(2, None)
            elif st == 'L':
                yield out(END, up=('C', None) if up == ('F', name) else up)
            elif st == 'D' and any(c in parts for c in chunks if c):
                yield out(END, up=('C', None) if up == ('F', name) else up)  # committed before, deleted since: 404
            else:
                yield out(2, ver)
        elif pc == 2:
            mine = tuple(c for c in chunks if c)
            if mine in GOOD and all(p in stored and p not in mark and p not in gone for p in mine):
                yield out(3, (loc, mine))
            else:
                yield out(END, up=('O', None) if up == ('F', name) else up, repl=repl or up == ('F', name))
        elif pc == 3:
            v, mine = loc
            if v is None:
                yield out(3, (ver, mine)) if st != 'L' else out(END)
            elif ver == v and st != 'L':
                yield out(4, (ver + 1, mine), file=(ver + 1, 'L', mine), guard=NO)
            else:
                yield out(END, up=('O', None) if up == ('F', name) else up)
        elif pc == 4:
            yield out(5, loc, up=('C', None) if up == ('F', name) else up) if RESTORE else out(END, up=('C', None) if up == ('F', name) else up)
        elif pc == 5:
            yield out(END, recs=recs | {(loc[0], 'C', loc[1])})
    elif name == 'R':  # after a mismatch, chunk 2 is sent again
        if pc == 0 and repl and up[0] == 'O' and chunks[1]:
            yield out(50, (frozenset([chunks[1]]), None), chunks=(chunks[0], 'r2'), stored=stored | {'r2'})
    elif name == 'D':
        if pc == 0 and st == 'L':
            yield out(1 if RESTORE else END, ver + 1, file=(ver + 1, 'D', parts), guard=NO)
        elif pc == 1:
            yield out(END, recs=recs | {(loc, 'D', ())})
    elif name == 'B':
        if pc == 0:
            yield out(1, (file, up, chunks, repl, mark, docs))
        elif pc == 1:
            f, u, c, r, m, d = loc
            was = max([f[0]] + [v for v, kind, _ in recs if kind == 'D'])
            known = frozenset(p for v, kind, ps in recs if kind == 'C' and v > was for p in ps)
            rest = tuple(q if q[1] == 0 else (q[0], END, None) for q in procs)
            yield out(END, file=f, up=u, chunks=c, repl=r, mark=m, docs=d, guard=NO if f[1] == 'L' else known - gone, procs=rest)
    elif name == 'GA':  # an upload expired
        if pc == 0 and up[0] in 'OF':
            yield out(1, up=('X', None))
        elif pc == 1:
            ps = frozenset(c for c in chunks if c)
            yield out(50, (ps, None), chunks=(None, None)) if ps else out(END)
    elif name == 'GO':  # found by inventory, unnamed and unlisted at the time
        if pc == 0:
            for p in stored - gone:
                if p not in parts and p not in chunks:
                    yield out(50, (frozenset([p]), None))
    elif name == 'GD':  # parts of a deleted file
        if pc == 0 and st == 'D' and parts:
            yield out(50, (frozenset(parts), None))


def main():
    seen, todo, back = {INIT}, [INIT], {INIT: None}
    while todo:
        s = todo.pop()
        lost = any(p in s[6] for p in s[10]) if RESTORE else s[0][1] == 'L' and any(p in s[6] for p in s[0][2])
        if lost:
            n = len(seen)
            path = []
            while s:
                path.append(s)
                s = back[s]
            path.reverse()
            print(f"{VARIANT}: {'a part that a record protects is deleted' if RESTORE else 'a live file names a deleted part'}; {n} states; steps to it:")
            for a, x in zip(path, path[1:]):
                who = next(q[0] for p, q in zip(a[11], x[11]) if p != q)
                print(f"  {who:3} file={x[0]} upload={x[1]} chunks={x[2]} marked={sorted(x[5])} deleted={sorted(x[6])}")
            return 1
        for i in range(len(PROCS)):
            if s[11][i][1] != END:
                for n in step(s, i):
                    if n not in seen:
                        seen.add(n)
                        back[n] = s
                        todo.append(n)
    print(f"{VARIANT}: {len(seen)} states, no violation")
    return 0


sys.exit(main())
