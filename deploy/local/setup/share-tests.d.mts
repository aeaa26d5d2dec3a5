export function shareTests(root: string): { name: string; files: string[] }[];
