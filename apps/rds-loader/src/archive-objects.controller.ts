import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@elias/contracts';
import { BatchHandler, RecordBatch } from '@elias/kafka';
import { FollowArchiveObjects } from './follow-archive-objects.js';
import { WINDOWS_TRANSPORT } from './transports.js';

@Controller()
export class ArchiveObjectsController {
  constructor(@Inject(FollowArchiveObjects) private readonly objects: FollowArchiveObjects) {}

  @BatchHandler(TOPICS.archiveObjects.name, WINDOWS_TRANSPORT)
  async onObjects(batch: RecordBatch): Promise<void> {
    await this.objects.run(batch);
  }
}
