/** What the orchestrator's API answers, as far as the pages show it. Decimals are exact text; instants are RFC 3339, UTC; days YYYY-MM-DD. */

export type StageState = 'waiting' | 'running' | 'done' | 'failed';
export type TaskState = 'waiting' | 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled';
export type RunState = 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled';
/** By the stage's name; later versions of the API may know more of them. */
export type Stages = Readonly<Record<string, StageState>>;

export interface RunSummary {
  run_id: string;
  kind: 'daily' | 'range';
  date: string | null;
  days_after: number | null;
  idempotency_key: string | null;
  state: RunState;
  dataset: string;
  /** seconds */
  granularity: number;
  products: string[];
  from: string;
  to: string;
  origin: string;
  created_at: string;
  deadline_at: string | null;
  late: boolean;
  cancelled_at: string | null;
  ended_at: string | null;
  counts: Partial<Record<TaskState, number>>;
}

export interface Task {
  window: { id: string; dataset: string; product_id: string; granularity: number; from: string; to: string };
  state: TaskState;
  stages: Stages;
  attempts: number;
  started_at: string | null;
  ended_at: string | null;
  next_request_at: string | null;
  error: { reason: string; detail: string } | null;
  counts: { candles: number; no_trade: number; unknown: number; open: number } | null;
  best_sealed: { csv_sha256: string; archive: { key: string; bytes: number } } | null;
}

export interface Run extends RunSummary {
  windows: Task[];
}

export interface DiscountRow {
  rank: number;
  product_id: string;
  price: string;
  reference_price: string;
  reference_date: string;
  discount: string;
  discount_to_high: string | null;
}

export interface Discounts {
  as_of_date: string | null;
  days: number;
  discounts: DiscountRow[];
  left_out: { product_id: string; reason: string }[];
}

export interface DayStats {
  product_id: string;
  as_of_date: string;
  open: string | null;
  high: string | null;
  low: string | null;
  close: string | null;
  volume: string | null;
  vwap: string | null;
  return_1d: string | null;
  return_7d: string | null;
  return_30d: string | null;
  vol_30d: string | null;
  partial: boolean;
  mismatch: boolean | null;
  present_minutes: number;
}

export interface Candle {
  started_at: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
}

/** Half-open. */
export interface Range {
  from: string;
  to: string;
}

export interface LedgerWindow {
  window_id: string;
  /** `first+count` in periods of the window, separated by blanks */
  unknown_ranges: string;
  open_ranges: string;
}

export type GapClass = 'no_trade' | 'unknown' | 'open';
export type Gap = Range & { class: GapClass };

export interface Product {
  product_id: string;
  first_day: string | null;
  last_day: string | null;
  day_windows: number;
  last_close: string | null;
  last_volume_24h: string | null;
  change_24h: string | null;
  last_loaded_at: string | null;
  status?: string | null;
}

export interface DayCoverage {
  product_id: string;
  date: string;
  condition: 'available' | 'partial' | 'missing';
  candles: number;
  no_trade: number;
  unknown: number;
  open: number;
  halt_suspected: boolean;
  changed_at: string | null;
}

export interface WindowRevision {
  collection_id: string;
  collected_at: string;
  unknown: number;
  open: number;
  candles: number;
  csv_sha256: string | null;
  published_at: string | null;
  sealed_at: string | null;
  warehouse_at: string | null;
  rds_at: string | null;
  refused: { stage: string; reason: string } | null;
  current: boolean;
  archive_key: string | null;
}

export type Health = 'ready' | 'not_ready' | 'unreachable' | 'unknown';

export interface Service {
  name: string;
  health: Health;
  reasons: string[];
  lag: number | null;
  rate_per_minute: number | null;
  last_event_at: string | null;
}

export interface Services {
  services: Service[];
  exchange: { url_kind: 'coinbase' | 'simulator' | 'other' };
}

export interface Alarm {
  severity: 'error' | 'warning';
  kind: string;
  text: string;
  since: string | null;
  run_id: string | null;
  date: string | null;
  product_id: string | null;
}

export interface Check {
  name: string;
  product_id: string | null;
  outcome: 'passed' | 'warned' | 'failed' | 'skipped';
  text: string;
  run_id: string;
  checked_at: string;
}

export interface GridCell {
  date: string;
  product_id: string;
  state: TaskState;
  stages: Stages;
  run_id: string;
  late: boolean;
}

export interface Grid {
  dates: string[];
  products: string[];
  cells: GridCell[];
}
