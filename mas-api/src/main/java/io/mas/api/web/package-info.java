/**
 * The public HTTP API: what a request may ask, who may ask it, and how it is answered. Every answer
 * is the contract's ({@code spec/api-v1.md}), no request succeeds without its credential, and every
 * request is bounded in time, bytes and number. The only room that sees Spring MVC and the servlet
 * API; may import {@code upload}, {@code object}, {@code token}, {@code nodes}, {@code status} and
 * the words of {@code mas-common}.
 */
@NullMarked
package io.mas.api.web;

import org.jspecify.annotations.NullMarked;
