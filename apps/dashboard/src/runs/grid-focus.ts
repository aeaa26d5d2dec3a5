export interface GridPlace {
  row: number;
  column: number;
}

/**
 * Where a key leads from a cell of a grid; null for a key that leads nowhere. Source: ARIA Authoring Practices, "Grid".
 * @param whole with Ctrl: Home and End go to the first and the last cell of all
 */
export function moved(
  { row, column }: GridPlace,
  key: string,
  { rows, columns, whole }: { rows: number; columns: number; whole: boolean },
): GridPlace | null {
  const to = (toRow: number, toColumn: number): GridPlace => ({
    row: Math.max(0, Math.min(rows - 1, toRow)),
    column: Math.max(0, Math.min(columns - 1, toColumn)),
  });
  switch (key) {
    case 'ArrowLeft':
      return to(row, column - 1);
    case 'ArrowRight':
      return to(row, column + 1);
    case 'ArrowUp':
      return to(row - 1, column);
    case 'ArrowDown':
      return to(row + 1, column);
    case 'Home':
      return to(whole ? 0 : row, 0);
    case 'End':
      return to(whole ? rows - 1 : row, columns - 1);
    default:
      return null;
  }
}
