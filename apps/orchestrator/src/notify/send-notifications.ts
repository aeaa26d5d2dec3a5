import { describeError } from '@elias/errors';
import type { Logger, Metrics } from '@elias/telemetry';
import { RETRY_AFTER_S } from './notification-store.js';
import type { DueNotification, NotificationStore } from './notification-store.js';
import { signWebhook } from './sign-webhook.js';

const AT_ONCE = 10;
/** A receiver that takes longer has not taken it. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Whom notifications are posted to. */
export interface Webhook {
  readonly url: string;
  readonly secret: string;
}

export class SendNotifications {
  private readonly sent;

  constructor(
    private readonly store: NotificationStore,
    private readonly webhook: Webhook | null,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.sent = metrics.counter('elias_orchestrator_notifications_total', 'tries to post a notification', ['outcome']);
  }

  /**
   * Posts what is due. What is not answered with 2xx is tried again later, under the same id.
   * @returns how many were tried
   */
  async run(): Promise<number> {
    if (this.webhook === null) return 0;
    const { webhook } = this;
    const due = await this.store.takeDue(AT_ONCE);
    await Promise.all(due.map((one) => this.post(one, webhook)));
    return due.length;
  }

  private async post({ notification_id: id, type, body, attempts }: DueNotification, { url, secret }: Webhook): Promise<void> {
    const text = JSON.stringify(body);
    const problem = await this.problemOf(url, text, signWebhook(secret, id, Date.now(), text));
    if (problem === null) {
      this.sent.inc({ outcome: 'delivered' });
      return this.store.delivered(id);
    }
    const givenUp = attempts > RETRY_AFTER_S.length;
    this.sent.inc({ outcome: givenUp ? 'given_up' : 'failed' });
    this.logger.warn({ notificationId: id, type, attempts, problem }, givenUp ? 'notification given up' : 'notification not delivered yet');
    return this.store.refused(id, problem);
  }

  /** Why the receiver did not take it; null when it did. */
  private async problemOf(url: string, body: string, signature: Record<string, string>): Promise<string | null> {
    try {
      const answer = await fetch(url, {
        ...{ method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) },
        headers: { 'content-type': 'application/json', 'user-agent': 'elias-orchestrator', ...signature },
      });
      await answer.body?.cancel();
      return answer.ok ? null : `the receiver answered ${answer.status}`;
    } catch (error) {
      return describeError(error);
    }
  }
}
