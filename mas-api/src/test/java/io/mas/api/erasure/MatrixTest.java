package io.mas.api.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.object.Layout;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Any k of k+m shards suffice exactly when every square submatrix of the parity matrix has a
 * determinant other than 0 (MacWilliams and Sloane, chapter 11, theorem 8). The minors of a
 * geometry are among those of every larger one of the same codec, so the largest are enough.
 */
class MatrixTest {
  private static final int BLOCK_SIZE = 1 << 20;

  @ParameterizedTest
  @CsvSource({"31,1", "30,2", "29,3", "21,4"})
  void noMinorOfCodec1IsZeroWhereItIsOffered(int k, int m) {
    int[][] parity = Matrix.parity(Layout.of(k, m, BLOCK_SIZE));
    assertThat(Layout.of(k, m, BLOCK_SIZE).codec()).isEqualTo(1);
    assertThat(zeroMinors(parity)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"22,4", "6,5"})
  void codec1IsRefusedWhereAMinorIsZero(int k, int m) {
    Layout layout = new Layout(k, m, BLOCK_SIZE, 1);
    assertThat(zeroMinors(Matrix.parity(layout))).isPositive();
    assertThatThrownBy(() -> ErasureCode.of(layout))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("codec 1 for %d+%d".formatted(k, m));
  }

  @Test
  void codec2IsTheCauchyMatrixOfDistinctPointsWithNonZeroScales() {
    Set<Integer> points = new HashSet<>();
    for (int i = 0; i < Layout.MAX_WIDTH; i++) {
      points.add(i);
      points.add(32 + i);
    }
    assertThat(points).hasSize(2 * Layout.MAX_WIDTH);
    for (int r = 0; r < Layout.MAX_WIDTH; r++) {
      for (int i = 0; i < Layout.MAX_WIDTH; i++) {
        int rowScale = NaiveCode.multiply(32 + r, NaiveCode.inverse(32));
        int columnScale = 32 + i;
        int unscaled = NaiveCode.inverse((32 + r) ^ i);
        assertThat(rowScale).isPositive();
        assertThat(Matrix.cauchyCoefficient(r, i))
            .isEqualTo(NaiveCode.multiply(NaiveCode.multiply(rowScale, columnScale), unscaled));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"28,4", "8,8", "6,5", "3,10"})
  void noMinorOfTheseCodec2MatricesIsZero(int k, int m) {
    assertThat(zeroMinors(Matrix.parity(new Layout(k, m, BLOCK_SIZE, 2)))).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,2", "2,1", "2,2"})
  void parityZeroIsThePlainSumAndSoAreTheCopiesOfOneShard(int codec, int count) {
    int[][] parity = Matrix.parity(new Layout(count, count, BLOCK_SIZE, codec));
    for (int n = 0; n < count; n++) {
      assertThat(parity[0][n]).isEqualTo(1);
      assertThat(parity[n][0]).isEqualTo(1);
    }
  }

  @Test
  void aSingularMatrixIsRefused() {
    assertThatThrownBy(() -> Matrix.invert(new int[][] {{1, 2}, {1, 2}}))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("singular");
  }

  @Test
  void theFieldIsThatOfPolynomialMultiplication() {
    for (int a = 0; a < 256; a++) {
      for (int b = 0; b < 256; b++) {
        int product = NaiveCode.multiply(a, b);
        assertThat(Galois.multiply(a, b)).isEqualTo(product);
        if (b != 0) {
          assertThat(Galois.divide(product, b)).isEqualTo(a);
        }
      }
    }
  }

  /** How many square submatrices are singular, over all sets of rows and all sets of columns. */
  private static long zeroMinors(int[][] matrix) {
    long zero = 0;
    for (int rows = 1; rows < 1 << matrix.length; rows++) {
      int[] chosen = new int[Integer.bitCount(rows)];
      zero += zeroMinors(matrix, rows, chosen, 0, 0);
    }
    return zero;
  }

  private static long zeroMinors(int[][] matrix, int rows, int[] columns, int depth, int from) {
    if (depth == columns.length) {
      return determinant(matrix, rows, columns, 0) == 0 ? 1 : 0;
    }
    long zero = 0;
    for (int column = from; column < matrix[0].length; column++) {
      columns[depth] = column;
      zero += zeroMinors(matrix, rows, columns, depth + 1, column + 1);
    }
    return zero;
  }

  /** Laplace expansion along the first row; the signs vanish in characteristic 2. */
  private static int determinant(int[][] matrix, int rows, int[] columns, int used) {
    if (rows == 0) {
      return 1;
    }
    int row = Integer.numberOfTrailingZeros(rows);
    int sum = 0;
    for (int i = 0; i < columns.length; i++) {
      if ((used >> i & 1) == 0) {
        int rest = determinant(matrix, rows & (rows - 1), columns, used | 1 << i);
        sum ^= Galois.multiply(matrix[row][columns[i]], rest);
      }
    }
    return sum;
  }
}
