/**
 * Reed-Solomon coding: k data shards in, m parity shards out, and any k of the k+m give back the
 * others. Pure functions on off-heap memory, without state, threads or clocks; imports nothing of
 * MAS but {@code io.mas.common.object}.
 *
 * <h2>Format (never changes; another code is another codec number)</h2>
 *
 * <p>A shard is a row of superblocks of 512 bytes, and a superblock is 8 strips of 64 bytes. Strip
 * j carries bit j of 512 symbols of GF(2^8) with the polynomial 0x11d (x^8 + x^4 + x^3 + x^2 + 1):
 * bit j of symbol s is bit s mod 8 (0 = least significant) of byte s / 8 of strip j. Data shards
 * are the data as it is; symbol s of parity shard r is the sum over the data shards i of
 * coefficient(r, i) times their symbol s at the same place:
 *
 * <ul>
 *   <li>codec 1: coefficient(r, i) = (2^r)^i. Any k shards suffice for m &lt;= 3, and for m = 4
 *       with k &lt;= 21; other geometries are refused.
 *   <li>codec 2: coefficient(r, i) = (a_r * b_i) / (x_r + y_i), where x_r = 32 + r and y_i = i as
 *       field elements written in binary, a_r = (x_r + y_0) / (x_0 + y_0) and b_i = x_0 + y_i; that
 *       is (32 + r) * (32 + i) / (32 * (32 + (r xor i))). It is the Cauchy matrix of the points x
 *       and y, with rows and columns scaled so that row 0 and column 0 are all ones. Any k shards
 *       suffice for every k + m &lt;= 32, as the points are distinct and disjoint and the scales
 *       are not 0.
 * </ul>
 *
 * <p>In both, parity 0 is the plain XOR of the data, and with k = 1 all shards are equal.
 */
@NullMarked
package io.mas.api.erasure;

import org.jspecify.annotations.NullMarked;
