export function proxyOptions(env: NodeJS.ProcessEnv): string[];
