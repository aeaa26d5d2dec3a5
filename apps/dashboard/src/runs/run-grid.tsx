import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Grid, GridCell, TaskState } from '../api/shapes.js';
import { shortDay } from '../format/instant.js';
import { Icon } from '../parts/icon.js';
import { STATE_LOOKS, stagesInOrder } from '../parts/state-mark.js';
import { productHash, runHash } from '../shell/route.js';
import { moved } from './grid-focus.js';

/** Days across, products down; a cell is the newest task of the day's minutes, and leads to it. One stop for Tab, arrows go from cell to cell. */
export function RunGrid({ grid: { dates, products, cells } }: { grid: Grid }): VNode {
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<{ row: number; column: number }>({ row: 0, column: dates.length - 1 });
  const byPlace = new Map(cells.map((cell) => [`${cell.product_id} ${cell.date}`, cell]));
  // days that went out of sight take the place with them
  const here = { row: Math.min(at.row, products.length - 1), column: Math.min(at.column, dates.length - 1) };

  // the newest days are at the right end
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollLeft = box.current.scrollWidth;
  }, [dates.at(-1)]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = moved(here, event.key, { rows: products.length, columns: dates.length, whole: event.ctrlKey });
    if (next === null) return;
    event.preventDefault();
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.column}"]`)?.focus();
  };
  return (
    <div ref={box} class="grid-scroll">
      <table ref={table} class="run-grid" role="grid" aria-label="Newest task of each product and day" onKeyDown={onKeyDown}>
        <thead>
          <tr>
            <th scope="col" class="run-grid-corner">
              <span class="visually-hidden">Product</span>
            </th>
            {dates.map((date, i) => {
              const { day, month, weekday } = shortDay(date);
              return (
                <th key={date} scope="col" title={date} aria-label={date}>
                  <span>{i === 0 || day === '01' ? month : '\u00a0'}</span>
                  <span>{day}</span>
                  <span class="quiet">{weekday}</span>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {products.map((product, row) => (
            <tr key={product}>
              <th scope="row">
                <a href={productHash(product)} tabIndex={-1}>
                  {product}
                </a>
              </th>
              {dates.map((date, column) => (
                <td key={date}>
                  <Cell
                    cell={byPlace.get(`${product} ${date}`)}
                    name={`${product}, ${date}`}
                    place={`${row} ${column}`}
                    stop={row === here.row && column === here.column}
                    onFocus={() => setAt({ row, column })}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  cell: GridCell | undefined;
  name: string;
  place: string;
  stop: boolean;
  onFocus: () => void;
}

function Cell({ cell, name, place, stop, onFocus }: CellProps): VNode {
  const focus = { 'data-cell': place, tabIndex: stop ? 0 : -1, onFocus };
  if (cell === undefined) {
    return (
      <span class="cell cell-none" role="img" aria-label={`${name}: no task`} title={`${name}: no task`} {...focus}>
        <Icon name="dash" />
      </span>
    );
  }
  const look = STATE_LOOKS[cell.state];
  const stages = stagesInOrder(cell.stages).map((stage) => `${stage.name.toLowerCase()} ${stage.state}`);
  const words = `${name}: ${look.text}${cell.late ? ', late' : ''}; ${stages.join(', ')}`;
  return (
    <a
      class={`cell tone-${look.tone} cell-${cell.state}`}
      href={runHash(cell.run_id, `candles/60/${cell.product_id}/${cell.date}`)}
      aria-label={words}
      title={words}
      {...focus}
    >
      <Icon name={look.icon} />
      {cell.late && <span class="cell-late" aria-hidden="true" />}
    </a>
  );
}

const LEGEND: readonly TaskState[] = ['succeeded', 'partial', 'failed', 'running', 'waiting', 'cancelled'];

export function GridLegend(): VNode {
  return (
    <ul class="legend" aria-label="Legend">
      {LEGEND.map((state) => (
        <li key={state}>
          <span class={`cell cell-${state} tone-${STATE_LOOKS[state].tone}`}>
            <Icon name={STATE_LOOKS[state].icon} />
          </span>
          {STATE_LOOKS[state].text}
        </li>
      ))}
      <li>
        <span class="cell cell-none">
          <Icon name="dash" />
        </span>
        no task
      </li>
      <li>
        <span class="cell cell-none">
          <span class="cell-late" />
        </span>
        late
      </li>
    </ul>
  );
}
