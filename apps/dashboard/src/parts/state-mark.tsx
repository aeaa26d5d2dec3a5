import type { VNode } from 'preact';
import type { Health, RunState, StageState, TaskState } from '../api/shapes.js';
import { Icon } from './icon.js';
import type { IconName } from './icon.js';

/** Colour families of the style sheet. */
export type Tone = 'ok' | 'warn' | 'bad' | 'run' | 'idle';

interface Look {
  tone: Tone;
  icon: IconName;
  text: string;
}

export const STATE_LOOKS: Readonly<Record<TaskState | RunState, Look>> = {
  succeeded: { tone: 'ok', icon: 'check', text: 'succeeded' },
  partial: { tone: 'warn', icon: 'half', text: 'partial' },
  failed: { tone: 'bad', icon: 'cross', text: 'failed' },
  running: { tone: 'run', icon: 'play', text: 'running' },
  waiting: { tone: 'idle', icon: 'ring', text: 'waiting' },
  cancelled: { tone: 'idle', icon: 'slash', text: 'cancelled' },
};

const STAGE_LOOKS: Readonly<Record<StageState, Look>> = {
  done: { tone: 'ok', icon: 'check', text: 'done' },
  running: { tone: 'run', icon: 'play', text: 'running' },
  waiting: { tone: 'idle', icon: 'ring', text: 'waiting' },
  failed: { tone: 'bad', icon: 'cross', text: 'failed' },
};

export const HEALTH_LOOKS: Readonly<Record<Health, Look>> = {
  ready: { tone: 'ok', icon: 'check', text: 'ready' },
  not_ready: { tone: 'warn', icon: 'warning', text: 'not ready' },
  unreachable: { tone: 'bad', icon: 'cross', text: 'unreachable' },
  unknown: { tone: 'idle', icon: 'question', text: 'health unknown' },
};

/** A state in words with its shape; never by colour alone. */
export function StateMark({ state }: { state: TaskState | RunState }): VNode {
  return <Mark look={STATE_LOOKS[state] ?? { tone: 'idle', icon: 'question', text: state }} />;
}

export function Mark({ look: { tone, icon, text } }: { look: Look }): VNode {
  return (
    <span class={`mark tone-${tone}`}>
      <Icon name={icon} />
      {text}
    </span>
  );
}

export const lookOfStage = (state: StageState): Look => STAGE_LOOKS[state] ?? { tone: 'idle', icon: 'question', text: state };

const STAGE_NAMES: Readonly<Record<string, string>> = {
  collect: 'Collect',
  archive: 'Archive',
  load_warehouse: 'Redshift',
  load_rds: 'Postgres',
};
/** The order that the work is done in; stages that are not known come last. */
const STAGE_ORDER = ['collect', 'archive', 'load_warehouse', 'load_rds', 'stats', 'discounts', 'checks'];

/** Stages by name for people, in the order of the work. */
export function stagesInOrder(stages: Readonly<Record<string, StageState>>): { name: string; state: StageState }[] {
  const place = (stage: string): number => (STAGE_ORDER.includes(stage) ? STAGE_ORDER.indexOf(stage) : STAGE_ORDER.length);
  return Object.entries(stages)
    .sort(([a], [b]) => place(a) - place(b))
    .map(([stage, state]) => ({
      name: STAGE_NAMES[stage] ?? `${stage[0]?.toUpperCase() ?? ''}${stage.slice(1).replaceAll('_', ' ')}`,
      state,
    }));
}
