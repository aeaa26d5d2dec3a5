const MINUTE_S = 60;
const HOUR_S = 3_600;

/** Seconds as people say them: `42 s`, `46.1 min`, `3 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < MINUTE_S) return `${Math.ceil(seconds)} s`;
  if (seconds < HOUR_S) return `${(seconds / MINUTE_S).toFixed(1)} min`;
  const minutes = Math.round(seconds / MINUTE_S);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
