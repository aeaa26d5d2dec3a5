/** What the API refused or could not do, in its own words where it has some. Source: RFC 9457. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** @param status HTTP's; 0 when nothing answered */
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string | null,
  ) {
    super(detail ?? title);
  }
}

let whenUnauthorized: () => void = () => undefined;

/** Called whenever the API asks for a token. */
export function onUnauthorized(call: () => void): void {
  whenUnauthorized = call;
}

/**
 * One answer of the API.
 * @throws ApiError it refused, failed or did not answer
 */
export async function ask<T>(path: string, request: RequestInit = {}): Promise<T> {
  const response = await fetch(path, { ...request, headers: { accept: 'application/json', ...request.headers } }).catch(
    (cause: unknown) => {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
      throw new ApiError(0, 'The orchestrator does not answer', null);
    },
  );
  if (response.status === 401) whenUnauthorized();
  if (!response.ok) throw await refusalOf(response);
  if (response.status === 204) return undefined as T;
  return response.json().catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(response.status, 'The answer is not the orchestrator’s', null);
  }) as Promise<T>;
}

/** Sends a command. @throws ApiError as `ask` */
export function send<T>(path: string, body?: unknown): Promise<T> {
  const content = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return ask<T>(path, { method: 'POST', ...content });
}

/** Rows of every page, in order. */
export async function askAll<T>(
  first: string,
  rowsOf: (answer: Record<string, unknown>) => T[],
  nextPath: (next: string) => string,
  signal: AbortSignal,
): Promise<T[]> {
  const rows: T[] = [];
  for (let path: string | null = first; path !== null;) {
    const answer: Record<string, unknown> = await ask(path, { signal });
    rows.push(...rowsOf(answer));
    path = typeof answer['next'] === 'string' ? nextPath(answer['next']) : null;
  }
  return rows;
}

async function refusalOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => null)) as { title?: unknown; detail?: unknown } | null;
  const title = typeof problem?.title === 'string' ? problem.title : `The orchestrator answered ${response.status}`;
  return new ApiError(response.status, title, typeof problem?.detail === 'string' ? problem.detail : null);
}
