import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@elias/contracts';
import { BatchHandler, RecordBatch } from '@elias/kafka';
import { ArchiveBatch } from './archive-batch.js';

@Controller()
export class WindowsController {
  constructor(@Inject(ArchiveBatch) private readonly archive: ArchiveBatch) {}

  @BatchHandler(TOPICS.windowsCandles.name)
  async onWindows(batch: RecordBatch): Promise<void> {
    await this.archive.run(batch);
  }

  @BatchHandler(TOPICS.windowsStats.name)
  async onStats(batch: RecordBatch): Promise<void> {
    await this.archive.run(batch);
  }
}
