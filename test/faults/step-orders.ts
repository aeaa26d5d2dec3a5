import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DurableStep } from '@elias/telemetry';

export type Moment = 'before' | 'after';

/** A durable step at which a service is met. */
export interface StepPoint {
  /** name of the service, whichever of its instances comes first */
  service: string;
  step: DurableStep;
  moment: Moment;
}

/** What a process does to itself at a point; `hold` waits there for the drill. */
export type StepAct = 'kill' | 'terminate' | 'pause' | 'hold';

export interface StepOrder extends StepPoint {
  /** no other order of the same folder has it */
  id: string;
  /** which passing of that point is meant, 1 for the first one after the order */
  passing: number;
  act: StepAct;
}

/** Who carried an order out. */
export interface CarriedOut {
  pid: number;
  service: string;
}

/**
 * The folder through which the drill and the services' processes speak: plain files, since they outlive a `kill -9`. An order is carried
 * out once, whoever comes first: whoever makes its file has it.
 */
export class StepOrders {
  private readonly orderFile: string;
  private readonly passingsFile: string;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.orderFile = join(folder, 'order.json');
    this.passingsFile = join(folder, 'passings.log');
  }

  /** From now on this one alone; null: none. */
  place(order: StepOrder | null): void {
    if (order === null) return rmSync(this.orderFile, { force: true });
    writeFileSync(`${this.orderFile}.new`, JSON.stringify(order));
    renameSync(`${this.orderFile}.new`, this.orderFile);
  }

  placed(): StepOrder | null {
    try {
      return JSON.parse(readFileSync(this.orderFile, 'utf8')) as StepOrder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** @returns false when somebody has it already */
  claim(id: string, by: CarriedOut): boolean {
    try {
      writeFileSync(this.file(id, 'fired'), JSON.stringify(by), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  carriedOut(id: string): CarriedOut | null {
    const file = this.file(id, 'fired');
    if (!existsSync(file)) return null;
    const text = readFileSync(file, 'utf8');
    return text === '' ? null : (JSON.parse(text) as CarriedOut);
  }

  /** Lets whoever holds go on. */
  release(id: string): void {
    writeFileSync(this.file(id, 'released'), '');
  }

  isReleased(id: string): boolean {
    return existsSync(this.file(id, 'released'));
  }

  /** Counts a passing; written before the process goes on. */
  passed({ service, step, moment }: StepPoint): void {
    appendFileSync(this.passingsFile, `${service} ${step} ${moment}\n`);
  }

  /** How often each point was passed by anybody, by `service step moment`. */
  passings(): Map<string, number> {
    const counts = new Map<string, number>();
    if (!existsSync(this.passingsFile)) return counts;
    for (const line of readFileSync(this.passingsFile, 'utf8').split('\n')) if (line !== '') counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  }

  private file(id: string, what: string): string {
    return join(this.folder, `${id.replaceAll(/[^A-Za-z0-9-]/g, '_')}.${what}`);
  }
}
