interface Lock {
  packages?: Record<string, { version?: string; integrity?: string; optional?: boolean }>;
}
export function sameInstallation(wanted: Lock | null, installed: Lock): boolean;
