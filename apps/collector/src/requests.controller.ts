import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@elias/contracts';
import { BatchHandler } from '@elias/kafka';
import type { RecordBatch } from '@elias/kafka';
import { RequestIntake } from './request-intake.js';

/** Windows that are wanted. */
@Controller()
export class RequestsController {
  constructor(@Inject(RequestIntake) private readonly intake: RequestIntake) {}

  @BatchHandler(TOPICS.collectionRequests.name)
  requests(batch: RecordBatch): Promise<void> {
    return this.intake.take(batch);
  }
}
