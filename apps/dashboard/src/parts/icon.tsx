import type { VNode } from 'preact';

/** Drawn on 16 × 16, each with a shape of its own, so that no meaning rests on colour. */
const PATHS = {
  check: 'M3.2 8.6l3 3.1 6.6-7.2',
  cross: 'M4 4l8 8M12 4l-8 8',
  half: 'M8 2.6a5.4 5.4 0 1 0 0 10.8zM8 2.6a5.4 5.4 0 0 1 0 10.8',
  ring: 'M8 3.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6',
  play: 'M5 3.4v9.2L12.4 8z',
  slash: 'M8 2.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8M4.4 11.6l7.2-7.2',
  dash: 'M4 8h8',
  warning: 'M8 2.4L14.4 13.4H1.6zM8 6.4v3.2M8 11.4v.2',
  clock: 'M8 2.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8M8 5v3.2l2.2 1.4',
  question: 'M5.6 6.2A2.4 2.4 0 1 1 8 8.6v1M8 12v.2',
  left: 'M10 3L5 8l5 5',
  right: 'M6 3l5 5-5 5',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1',
  moon: 'M13.2 9.4A5.6 5.6 0 0 1 6.6 2.8a5.6 5.6 0 1 0 6.6 6.6z',
  signal: 'M3 8a5 5 0 0 1 10 0M5.4 8a2.6 2.6 0 0 1 5.2 0M8 8v.2M8 8v5',
} as const;

const FILLED: ReadonlySet<IconName> = new Set(['play']);

export type IconName = keyof typeof PATHS;

/** Decoration: the words beside it, or its bearer's name, say the same. */
export function Icon({ name }: { name: IconName }): VNode {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill={FILLED.has(name) ? 'currentColor' : 'none'} />
      {name === 'half' && <path d="M8 2.6a5.4 5.4 0 1 0 0 10.8z" fill="currentColor" />}
    </svg>
  );
}
