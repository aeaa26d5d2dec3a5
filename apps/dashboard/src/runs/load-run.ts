import { ask } from '../api/ask.js';
import type { Run, Task } from '../api/shapes.js';

/** A run with all its tasks, page by page. */
export async function loadRun(runId: string, signal: AbortSignal): Promise<Run> {
  const path = `/runs/${encodeURIComponent(runId)}`;
  const windows: Task[] = [];
  for (let after: string | null = null; ;) {
    const page: Run & { next: string | null } = await ask(after === null ? path : `${path}?after=${encodeURIComponent(after)}`, { signal });
    windows.push(...page.windows);
    if (page.next === null) return { ...page, windows };
    after = page.next;
  }
}
