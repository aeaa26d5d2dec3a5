export const PORTS: Record<string, number>;
