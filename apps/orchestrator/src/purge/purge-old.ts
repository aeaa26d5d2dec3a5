import type { Logger } from '@elias/telemetry';
import { PURGED_STAGES } from './purge-store.js';
import type { FactPlace, PurgedStage, PurgeStore } from './purge-store.js';

/** Rows of one kind that one round looks at: each is a short transaction. */
const MOST = 1_000;

export class PurgeOld {
  /** how far each stage's old facts were looked through */
  private readonly places = new Map<PurgedStage, FactPlace>();
  private deleted = 0;

  constructor(
    private readonly store: PurgeStore,
    private readonly logger: Logger,
  ) {}

  /**
   * Removes some of what is old and of no more use.
   * @returns 0 when all was looked through; the next round begins anew
   */
  async run(): Promise<number> {
    let more = 0;
    for (const stage of PURGED_STAGES) {
      const { deleted, last } = await this.store.facts(stage, this.places.get(stage) ?? null, MOST);
      this.deleted += deleted;
      if (last === null) this.places.delete(stage);
      else this.places.set(stage, last);
      more += last === null ? 0 : MOST;
    }
    for (const deleted of [await this.store.notifications(MOST), await this.store.outcomes(MOST)]) {
      this.deleted += deleted;
      more += deleted === MOST ? MOST : 0;
    }
    if (more === 0 && this.deleted > 0) {
      this.logger.info({ rows: this.deleted }, 'old facts, notifications and outcomes removed');
      this.deleted = 0;
    }
    return more;
  }
}
