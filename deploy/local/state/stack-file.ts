import { readFileSync } from 'node:fs';
import type { LedgerEntry } from '../processes/end-leftovers.js';
import { writeWholeFile } from './write-whole-file.js';

/** Addresses and local credentials of a running stack, for other tools. */
export interface StackAddresses {
  kafka?: { brokers: string[] };
  s3?: { endpoint: string; region: string; bucket: string; access_key_id: string; secret_access_key: string };
  postgres?: { url: string; admin_url: string; redshift_url: string };
  redshift_data?: { endpoint: string; region: string; workgroup: string; database: string };
  exchange?: { url: string; kind: 'coinbase' | 'simulator' };
  collector?: { url: string };
  orchestrator?: { url: string };
  gateway?: { url: string };
}

export interface StackDocument extends StackAddresses {
  /** the process that runs the stack */
  pid: number;
  /** when it started, for people */
  started_at: string;
  state: 'starting' | 'up' | 'stopping';
  /** every process of the stack with its start as the kernel tells it, first started first */
  processes: LedgerEntry[];
}

/** `stack.json`: written anew at each change, so that after a kill it names what may still run. */
export class StackFile {
  private readonly document: StackDocument;

  constructor(
    readonly path: string,
    startedAt: Date,
  ) {
    this.document = { pid: process.pid, started_at: startedAt.toISOString(), state: 'starting', processes: [] };
    this.write();
  }

  get content(): StackDocument {
    return structuredClone(this.document);
  }

  addresses(addresses: StackAddresses): void {
    Object.assign(this.document, addresses);
    this.write();
  }

  state(state: StackDocument['state']): void {
    this.document.state = state;
    this.write();
  }

  noteStart(entry: LedgerEntry): void {
    this.noteEnd(entry.name);
    this.document.processes.push(entry);
    this.write();
  }

  noteEnd(name: string): void {
    this.document.processes = this.document.processes.filter((entry) => entry.name !== name);
    this.write();
  }

  private write(): void {
    writeWholeFile(this.path, `${JSON.stringify(this.document, null, 2)}\n`);
  }
}

/** @returns null when there is no such file, or nobody finished writing it */
export function readStackFile(path: string): StackDocument | null {
  try {
    const document = JSON.parse(readFileSync(path, 'utf8')) as StackDocument;
    return { ...document, processes: Array.isArray(document.processes) ? document.processes : [] };
  } catch {
    return null;
  }
}
