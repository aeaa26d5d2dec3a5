import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@elias/contracts';
import { BatchHandler, RecordBatch } from '@elias/kafka';
import { ArchiveBatch } from './archive-batch.js';
import { ArchiveParts } from './archive-parts.js';

@Controller()
export class WindowsController {
  constructor(
    @Inject(ArchiveBatch) private readonly archive: ArchiveBatch,
    @Inject(ArchiveParts) private readonly parts: ArchiveParts,
  ) {}

  @BatchHandler(TOPICS.windowsCandles.name)
  async onWindows(batch: RecordBatch): Promise<void> {
    await this.archive.run(batch);
  }

  @BatchHandler(TOPICS.windowsStats.name)
  async onStats(batch: RecordBatch): Promise<void> {
    await this.archive.run(batch);
  }

  @BatchHandler(TOPICS.windowsTrades.name)
  async onParts(batch: RecordBatch): Promise<void> {
    await this.parts.run(batch);
  }
}
