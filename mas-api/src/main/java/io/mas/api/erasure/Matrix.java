package io.mas.api.erasure;

import io.mas.common.object.Layout;

/** Matrices over GF(2^8) as {@code int[row][column]}: the parity coefficients, and inversion. */
final class Matrix {
  /** x_0 of codec 2: the first point above all y_i, as i is below {@link Layout#MAX_WIDTH}. */
  private static final int X0 = Layout.MAX_WIDTH;

  private Matrix() {}

  /** The coefficients of {@code layout}: m rows of k, by the formulas of this package. */
  static int[][] parity(Layout layout) {
    int[][] rows = new int[layout.m()][layout.k()];
    for (int r = 0; r < layout.m(); r++) {
      for (int i = 0; i < layout.k(); i++) {
        rows[r][i] = layout.codec() == 1 ? powerCoefficient(r, i) : cauchyCoefficient(r, i);
      }
    }
    return rows;
  }

  /** Codec 1: (2^r)^i. */
  static int powerCoefficient(int r, int i) {
    return Galois.powerOfTwo(r * i);
  }

  /** Codec 2: the Cauchy matrix of x_r = 32 + r and y_i = i, scaled to ones in row and column 0. */
  static int cauchyCoefficient(int r, int i) {
    int x = X0 + r;
    int scale = Galois.divide(Galois.multiply(x, X0 ^ i), X0);
    return Galois.divide(scale, x ^ i);
  }

  /** {@code row} times {@code matrix}. */
  static int[] multiply(int[] row, int[][] matrix) {
    int[] product = new int[matrix[0].length];
    for (int i = 0; i < row.length; i++) {
      addMultiple(product, row[i], matrix[i]);
    }
    return product;
  }

  /** The inverse of a square matrix, by Gauss-Jordan elimination; {@code matrix} is used up. */
  static int[][] invert(int[][] matrix) {
    int[][] inverse = new int[matrix.length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      inverse[i][i] = 1;
    }
    for (int column = 0; column < matrix.length; column++) {
      int pivot = pivotRow(matrix, column);
      swap(matrix, pivot, column);
      swap(inverse, pivot, column);
      int factor = Galois.divide(1, matrix[column][column]);
      scale(matrix[column], factor);
      scale(inverse[column], factor);
      for (int row = 0; row < matrix.length; row++) {
        if (row != column) {
          int multiple = matrix[row][column];
          addMultiple(matrix[row], multiple, matrix[column]);
          addMultiple(inverse[row], multiple, inverse[column]);
        }
      }
    }
    return inverse;
  }

  private static int pivotRow(int[][] matrix, int column) {
    for (int row = column; row < matrix.length; row++) {
      if (matrix[row][column] != 0) {
        return row;
      }
    }
    throw new ArithmeticException("singular matrix of order " + matrix.length);
  }

  private static void swap(int[][] matrix, int a, int b) {
    int[] row = matrix[a];
    matrix[a] = matrix[b];
    matrix[b] = row;
  }

  private static void scale(int[] row, int factor) {
    for (int i = 0; i < row.length; i++) {
      row[i] = Galois.multiply(row[i], factor);
    }
  }

  /** {@code target += factor * row}. */
  private static void addMultiple(int[] target, int factor, int[] row) {
    if (factor != 0) {
      for (int i = 0; i < target.length; i++) {
        target[i] ^= Galois.multiply(factor, row[i]);
      }
    }
  }
}
