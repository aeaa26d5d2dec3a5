/** `null` when ready, else the reason in one sentence. Must answer quickly, and never touches Redshift. */
export type ReadinessCheck = () => string | null | Promise<string | null>;

export interface ReadinessReport {
  ready: boolean;
  reasons: { check: string; reason: string }[];
  /** what is good to know and changes nothing, e.g. which of two instances leads; absent where nothing is told */
  notes?: { about: string; note: string }[];
}

/** What must hold before a service takes work. Reasons are for people, so each check says what is missing. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private readonly notes = new Map<string, () => string>();

  constructor(private readonly timeoutMs = 2_000) {}

  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Something that is told beside the reasons and is none. */
  inform(about: string, note: () => string): void {
    this.notes.set(about, note);
  }

  async report(): Promise<ReadinessReport> {
    const answers = await Promise.all([...this.checks].map(async ([check, run]) => ({ check, reason: await this.ask(run) })));
    const reasons = answers.flatMap(({ check, reason }) => (reason === null ? [] : [{ check, reason }]));
    const notes = [...this.notes].map(([about, note]) => ({ about, note: note() }));
    return { ready: reasons.length === 0, reasons, ...(notes.length === 0 ? {} : { notes }) };
  }

  private async ask(run: ReadinessCheck): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${this.timeoutMs} ms`), this.timeoutMs);
    });
    try {
      return await Promise.race([Promise.resolve().then(run), late]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
