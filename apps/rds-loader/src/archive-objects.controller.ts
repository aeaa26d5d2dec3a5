import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@elias/contracts';
import { BatchHandler, RecordBatch } from '@elias/kafka';
import { FollowArchiveObjects } from './follow-archive-objects.js';

@Controller()
export class ArchiveObjectsController {
  constructor(@Inject(FollowArchiveObjects) private readonly objects: FollowArchiveObjects) {}

  @BatchHandler(TOPICS.archiveObjects.name)
  async onObjects(batch: RecordBatch): Promise<void> {
    await this.objects.run(batch);
  }
}
