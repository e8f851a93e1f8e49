package io.mas.api.erasure;

/**
 * GF(2^8) with the polynomial 0x11d, in which 2 generates all 255 elements but 0. Elements are ints
 * from 0 to 255; addition is {@code ^}.
 */
final class Galois {
  private static final int POLYNOMIAL = 0x11d;
  private static final int ORDER = 255;

  /** Powers of 2, twice over so that the sum of two logarithms needs no modulus. */
  private static final int[] EXP = new int[2 * ORDER];

  private static final int[] LOG = new int[ORDER + 1];

  static {
    int power = 1;
    for (int exponent = 0; exponent < ORDER; exponent++) {
      EXP[exponent] = power;
      EXP[exponent + ORDER] = power;
      LOG[power] = exponent;
      power <<= 1;
      if (power > ORDER) {
        power ^= POLYNOMIAL;
      }
    }
  }

  private Galois() {}

  /** 2 to the power of {@code exponent}, which is not negative. */
  static int powerOfTwo(int exponent) {
    return EXP[exponent % ORDER];
  }

  static int multiply(int a, int b) {
    return a == 0 || b == 0 ? 0 : EXP[LOG[a] + LOG[b]];
  }

  /** a / b, where b is not 0. */
  static int divide(int a, int b) {
    if (b == 0) {
      throw new ArithmeticException("division of " + a + " by 0 in GF(2^8)");
    }
    return a == 0 ? 0 : EXP[LOG[a] + ORDER - LOG[b]];
  }
}
