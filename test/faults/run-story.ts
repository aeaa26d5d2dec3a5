import type { WatchedWindow } from '../support/watched-window.js';
import type { DrillCase } from './drill-case.js';
import type { DrillStack } from './drill-stack.js';
import { JUDGE_STORIES } from './stories/judge-stories.js';
import { LOADER_STORIES } from './stories/loader-stories.js';
import { OUTAGE_STORIES } from './stories/outage-stories.js';
import { RECORD_STORIES } from './stories/record-stories.js';
import { tellMissingPart } from './stories/tell-missing-part.js';
import { StoryScene } from './stories/story-scene.js';
import type { CaseResult } from './run-case.js';
import type { Story } from './stories.js';

const PLAYS: Record<Story, (scene: StoryScene) => Promise<void>> = {
  ...RECORD_STORIES,
  ...LOADER_STORIES,
  ...OUTAGE_STORIES,
  ...JUDGE_STORIES,
  'missing-part': tellMissingPart,
};

/** A story says itself whether what it is about truly happened: it counts as met when it notes so. */
export async function runStory(stack: DrillStack, drillCase: DrillCase, windows: readonly WatchedWindow[]): Promise<CaseResult> {
  const startedMs = performance.now();
  const scene = new StoryScene(stack, windows, drillCase.seed);
  const complaints: string[] = [];
  const { fault } = drillCase;
  if (fault.kind !== 'story') throw new RangeError(`${drillCase.name} is no story`);
  const before = await stack.deadLetters();
  try {
    await PLAYS[fault.story as Story](scene);
    for (const [group, count] of await stack.deadLetters())
      if (count > (before.get(group) ?? count)) complaints.push(`${group} has dead letters that nobody asked for`);
  } catch (error) {
    complaints.push(String(error));
  } finally {
    await scene.end();
  }
  const verdict = complaints.length > 0 ? 'failed' : scene.met === 0 ? 'not fired' : 'passed';
  return { drillCase, verdict, hits: scene.met, complaints, notes: scene.notes, elapsedMs: performance.now() - startedMs };
}
