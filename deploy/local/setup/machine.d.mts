export interface Machine {
  nodeVersion: string;
  java: { command: string; version: string | null };
  maven: { version: string | null };
  memoryBytes: number;
  disks: { path: string; freeBytes: number }[];
}
export const NEEDED: { nodeMajor: number; javaMajor: number; memoryBytes: number; diskBytes: number };
export function lookAtMachine(options?: { stateDirectory?: string }): Machine;
export function stateDirectoryOf(args: readonly string[]): string;
export function whatIsMissing(machine: Machine, needs: { needsJava: boolean; needsMaven: boolean; needsMemory: boolean }): string[];
export function javaMajor(version: string): number;
