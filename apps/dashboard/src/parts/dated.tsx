import type { VNode } from 'preact';

/** Text whose dates are not broken at their hyphens. */
export function Dated({ text }: { text: string }): VNode {
  return (
    <>
      {text.split(/(\d{4}-\d{2}-\d{2})/).map((part, i) =>
        i % 2 === 0 ? (
          part
        ) : (
          <span key={i} class="nowrap">
            {part}
          </span>
        ),
      )}
    </>
  );
}
