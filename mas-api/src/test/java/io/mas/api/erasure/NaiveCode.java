package io.mas.api.erasure;

/**
 * The format once more, from its description alone and as unlike the product as possible: no
 * logarithms but polynomial multiplication, no word operations but single bits, each coefficient a
 * matrix of 8 x 8 bits. Slow, for comparison.
 */
final class NaiveCode {
  private static final int STRIP = 64;
  private static final int SUPERBLOCK = 8 * STRIP;

  private NaiveCode() {}

  /** The parity shards of {@code data}. */
  static byte[][] parity(int codec, int m, byte[][] data) {
    byte[][] parity = new byte[m][data[0].length];
    for (int r = 0; r < m; r++) {
      for (int i = 0; i < data.length; i++) {
        addProduct(parity[r], bitMatrix(coefficient(codec, r, i)), data[i]);
      }
    }
    return parity;
  }

  static int coefficient(int codec, int r, int i) {
    if (codec == 1) {
      return power(power(2, r), i);
    }
    int scaled = multiply(multiply(32 + r, 32 + i), inverse(32));
    return multiply(scaled, inverse((32 + r) ^ i));
  }

  /** Polynomial product modulo x^8 + x^4 + x^3 + x^2 + 1. */
  static int multiply(int a, int b) {
    int product = 0;
    for (int bit = 0; bit < 8; bit++) {
      product ^= (b >> bit & 1) == 1 ? a << bit : 0;
    }
    for (int degree = 14; degree >= 8; degree--) {
      product ^= (product >> degree & 1) == 1 ? 0x11d << (degree - 8) : 0;
    }
    return product;
  }

  static int inverse(int a) {
    for (int b = 1; b < 256; b++) {
      if (multiply(a, b) == 1) {
        return b;
      }
    }
    throw new ArithmeticException("no inverse of " + a);
  }

  private static int power(int base, int exponent) {
    int power = 1;
    for (int i = 0; i < exponent; i++) {
      power = multiply(power, base);
    }
    return power;
  }

  /** Column j is the product of the coefficient and x^j: {@code matrix[bit][j]}. */
  private static boolean[][] bitMatrix(int coefficient) {
    boolean[][] matrix = new boolean[8][8];
    for (int j = 0; j < 8; j++) {
      int column = multiply(coefficient, 1 << j);
      for (int bit = 0; bit < 8; bit++) {
        matrix[bit][j] = (column >> bit & 1) == 1;
      }
    }
    return matrix;
  }

  private static void addProduct(byte[] sum, boolean[][] matrix, byte[] shard) {
    for (int base = 0; base < shard.length; base += SUPERBLOCK) {
      for (int symbol = 0; symbol < SUPERBLOCK; symbol++) {
        for (int bit = 0; bit < 8; bit++) {
          int at = base + bit * STRIP + symbol / 8;
          boolean value = product(matrix[bit], shard, base, symbol);
          sum[at] ^= (byte) (value ? 1 << symbol % 8 : 0);
        }
      }
    }
  }

  /** One bit of the product: a row of the matrix times the 8 bits of one symbol. */
  private static boolean product(boolean[] row, byte[] shard, int base, int symbol) {
    boolean value = false;
    for (int j = 0; j < 8; j++) {
      int strip = base + j * STRIP;
      boolean bit = (shard[strip + symbol / 8] >> symbol % 8 & 1) == 1;
      value ^= row[j] && bit;
    }
    return value;
  }
}
