import { isReplyFault, isRequestFault, isRunFault, placeOf } from './fault.js';
import type { Fault, ReplyFaultKind, RequestFaultKind, RunFaultKind } from './fault.js';

interface ArmedFault {
  fault: Fault;
  pattern: RegExp | null;
  toSkip: number;
  left: number;
}

/** Faults that wait for their occasion, first armed first shown. */
export class FaultBox {
  private armed: ArmedFault[] = [];

  arm(fault: Fault): void {
    const pattern = fault.match === undefined ? null : new RegExp(fault.match, 'is');
    this.armed.push({ fault, pattern, toSkip: fault.skip, left: fault.times });
  }

  list(): Fault[] {
    return this.armed.map(({ fault, left, toSkip }) => ({ ...fault, times: left, skip: toSkip }));
  }

  clear(): void {
    this.armed = [];
  }

  takeRequestFault(operation: string, sqls: readonly string[]): RequestFaultKind | null {
    const fault = this.take((candidate) => isRequestFault(candidate.kind) && concerns(candidate, operation), sqls);
    return fault !== null && isRequestFault(fault.kind) ? fault.kind : null;
  }

  takeReplyFault(operation: string, sqls: readonly string[]): ReplyFaultKind | null {
    const fault = this.take((candidate) => isReplyFault(candidate.kind) && concerns(candidate, operation), sqls);
    return fault !== null && isReplyFault(fault.kind) ? fault.kind : null;
  }

  takeRunFault(place: 'statement' | 'commit', sqls: readonly string[]): (Fault & { kind: RunFaultKind }) | null {
    const fault = this.take((candidate) => isRunFault(candidate.kind) && placeOf(candidate) === place, sqls);
    return fault !== null && isRunFault(fault.kind) ? { ...fault, kind: fault.kind } : null;
  }

  private take(concerned: (fault: Fault) => boolean, sqls: readonly string[]): Fault | null {
    for (const armed of this.armed) {
      if (!concerned(armed.fault) || (armed.pattern !== null && !sqls.some((sql) => armed.pattern!.test(sql)))) continue;
      if (armed.toSkip > 0) {
        armed.toSkip -= 1;
        continue;
      }
      armed.left -= 1;
      if (armed.left === 0) this.armed = this.armed.filter((other) => other !== armed);
      return armed.fault;
    }
    return null;
  }
}

const concerns = (fault: Fault, operation: string): boolean => fault.operation === undefined || fault.operation === operation;
